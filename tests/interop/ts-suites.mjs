// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: The Conclave authors
//
// The cipher suites of ts-mls that Conclave has too, by code point. 1 to 7 are RFC 9420's, taken as
// ts-mls has them. 0xF001 is put together from ts-mls's own parts (X-Wing, HKDF-SHA384, AES-256-GCM,
// Ed25519): it has the same with SHA-512 under a code point of its own, which is another suite.
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { XWing } from '@hpke/hybridkem-x-wing'
import { p256, p384, p521 } from '@noble/curves/nist.js'
import { ciphersuites, getCiphersuiteFromName, getCiphersuiteImpl } from 'ts-mls'

const PQ = 0xf001
const X_WING = 0x647a

export const suites = [1, 2, 3, 4, 5, 6, 7, PQ]

// draft-ietf-hpke-pq: SHAKE256.LabeledDerive(ikm, "DeriveKeyPair", "", 32)
function labeledDerive (ikm) {
  const label = Buffer.from('DeriveKeyPair')
  const hash = createHash('shake256', { outputLength: 32 })
  hash.update(ikm)
  hash.update('HPKE-v1')
  hash.update(Buffer.from([...Buffer.from('KEM'), X_WING >> 8, X_WING & 0xff]))
  hash.update(Buffer.from([0, label.length]))
  hash.update(label)
  hash.update(Buffer.from([0, 32]))
  return new Uint8Array(hash.digest())
}

// @hpke/hybridkem-x-wing derives key pairs by the draft before that one, SHAKE256(ikm, 32); keys,
// ciphertexts and shared secrets are the same in both.
async function loadPq () {
  const impl = await getCiphersuiteImpl({
    hash: 'SHA-384',
    hpke: { kem: 'X-Wing', aead: 'AES256GCM', kdf: 'HKDF-SHA384' },
    signature: 'Ed25519',
    // ts-mls writes a suite that it has no name for as its number.
    name: String(PQ)
  })
  const xWing = new XWing()
  const deriveKeyPair = async (ikm) => xWing.generateKeyPairDerand(labeledDerive(ikm))
  return { ...impl, hpke: { ...impl.hpke, deriveKeyPair } }
}

// RFC 9420 §5.1.1: an ECDSA public key is the uncompressed point. ts-mls 1.6.4 makes compressed ones,
// and takes both.
function withUncompressedKeys (impl, curve) {
  const keygen = async () => {
    const signKey = curve.utils.randomSecretKey()
    return { signKey, publicKey: curve.getPublicKey(signKey, false) }
  }
  return { ...impl, signature: { ...impl.signature, keygen } }
}

// node's hashes without a thread for each: a third less time for a history.
function withHashesAtOnce (impl, name) {
  const bytes = (buffer) => new Uint8Array(buffer)
  const digest = async (data) => bytes(createHash(name).update(data).digest())
  const mac = async (key, data) => bytes(createHmac(name, key).update(data).digest())
  const verifyMac = async (key, tag, data) => {
    const expected = await mac(key, data)
    return expected.length === tag.length && timingSafeEqual(expected, tag)
  }
  // RFC 5869 §2.3
  const expand = async (key, info, length) => {
    const out = []
    let last = new Uint8Array()
    while (out.length < length) {
      const counter = 1 + out.length / impl.kdf.size
      last = await mac(key, Uint8Array.from([...last, ...info, counter]))
      out.push(...last)
    }
    return Uint8Array.from(out.slice(0, length))
  }
  return {
    ...impl, hash: { digest, mac, verifyMac }, kdf: { extract: mac, expand, size: impl.kdf.size }
  }
}

async function load (id) {
  if (id === PQ) return withHashesAtOnce(await loadPq(), 'sha384')
  const name = Object.keys(ciphersuites).find((key) => ciphersuites[key] === id)
  const suite = getCiphersuiteFromName(name)
  const impl = withHashesAtOnce(await getCiphersuiteImpl(suite), suite.hash.replace('-', ''))
  const curve = { 2: p256, 5: p521, 7: p384 }[id]
  return curve ? withUncompressedKeys(impl, curve) : impl
}

const loaded = new Map()

// The implementation of a suite; loaded once.
export async function loadSuite (id) {
  if (!suites.includes(id)) throw new Error(`suite ${id} is not one of ${suites}`)
  if (!loaded.has(id)) loaded.set(id, await load(id))
  return loaded.get(id)
}

// RFC 9420 §2.1.2: the length in front of opaque<V>.
const prefix = (length) =>
  Uint8Array.from(length < 64 ? [length] : [0x40 | length >> 8, length & 0xff])

// RFC 9420 §12.4.3.2: the external_pub extension holds an HPKEPublicKey, which is opaque<V>. ts-mls
// 1.6.4 leaves its length out. This suite adds it to keys that go out: for making a GroupInfo.
export function addingLength (impl) {
  const exportPublicKey = async (key) => {
    const bytes = await impl.hpke.exportPublicKey(key)
    return Uint8Array.from([...prefix(bytes.length), ...bytes])
  }
  return { ...impl, hpke: { ...impl.hpke, exportPublicKey } }
}

// And this one takes it off keys that come in, where there is one: for joining by a GroupInfo.
export function droppingLength (impl, keyLength) {
  const skip = prefix(keyLength).length
  const importPublicKey = (bytes) =>
    impl.hpke.importPublicKey(bytes.length === keyLength + skip ? bytes.slice(skip) : bytes)
  return { ...impl, hpke: { ...impl.hpke, importPublicKey } }
}
