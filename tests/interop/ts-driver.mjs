// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: The Conclave authors
//
// ts-mls behind the protocol of README.md: one JSON object a line, one answer a line, in order.
import { createInterface } from 'node:readline'
import {
  bytesToBase64, createApplicationMessage, createCommit, createGroup,
  createGroupInfoWithExternalPub, createGroupInfoWithExternalPubAndRatchetTree, createProposal,
  decodeMlsMessage, defaultAuthenticationService, defaultCapabilities,
  defaultKeyPackageEqualityConfig, defaultKeyRetentionConfig, defaultLifetimeConfig,
  defaultPaddingConfig, encodeMlsMessage, generateKeyPackageWithKey, joinGroup, joinGroupExternal,
  makePskIndex, mlsExporter, processPrivateMessage, processPublicMessage
} from 'ts-mls'
import { addingLength, droppingLength, loadSuite, suites } from './ts-suites.mjs'

// What ts-mls does but does not export: found beside its entry file, of the pinned version.
const inside = (file) => import(new URL(file, import.meta.resolve('ts-mls')).href)
const { decodeRatchetTree, encodeRatchetTree } = await inside('ratchetTree.js')
const { encodeLeafNodeTBS } = await inside('leafNode.js')
const { signWithLabel } = await inside('crypto/signature.js')

const config = {
  authService: defaultAuthenticationService,
  keyPackageEqualityConfig: defaultKeyPackageEqualityConfig,
  paddingConfig: defaultPaddingConfig,
  lifetimeConfig: { ...defaultLifetimeConfig, validateLifetimeOnReceive: true },
  // As long as Conclave keeps skipped keys, so that both open the same late messages.
  keyRetentionConfig: {
    ...defaultKeyRetentionConfig, retainKeysForGenerations: 1000, maximumForwardRatchetSteps: 1000
  }
}
const members = new Map()
let now = 0

const fromBase64 = (text) => new Uint8Array(Buffer.from(text, 'base64'))
const read = (text) => {
  const decoded = decodeMlsMessage(fromBase64(text), 0)
  if (!decoded) throw new Error('not an MLSMessage')
  return decoded[0]
}
const write = (wireformat, body) =>
  bytesToBase64(encodeMlsMessage({ version: 'mls10', wireformat, ...body }))
const readAs = (text, wireformat) => {
  const message = read(text)
  if (message.wireformat !== wireformat) throw new Error(`${wireformat} expected`)
  return message
}

function find (name) {
  const member = members.get(name)
  if (!member) throw new Error(`no member ${name}`)
  return member
}

// A member is in a group when it has a state.
function findActive (name) {
  const member = find(name)
  if (!member.state) throw new Error(`${name} is in no group`)
  return member
}

const pskIndex = (member) => makePskIndex(member.state, member.psks)
const leafNode = (state) => state.ratchetTree[2 * state.privatePath.leafIndex].leaf

// Extensions are [[type, base64]...] in the protocol; types that ts-mls knows have names there.
const KNOWN = { 3: 'required_capabilities', 5: 'external_senders' }
const readExtensions = (list) => list.map(([type, data]) =>
  ({ extensionType: KNOWN[type] ?? type, extensionData: fromBase64(data) }))

async function newKeyPackage (member, request, keys) {
  const capabilities = defaultCapabilities()
  capabilities.ciphersuites = [member.suite.name, ...capabilities.ciphersuites.filter((name) =>
    name !== member.suite.name)]
  capabilities.extensions.push(...(request.extension_types ?? []))
  member.keys = keys ?? await member.suite.signature.keygen()
  member.identity = request.identity
  const credential = { credentialType: 'basic', identity: fromBase64(request.identity) }
  const lifetime = { notBefore: BigInt(now - 3600), notAfter: BigInt(now + 3600) }
  return generateKeyPackageWithKey(credential, capabilities, lifetime, [], member.keys, member.suite)
}

function newMember (request, suite) {
  const member = { suite, psks: {}, updates: [], pending: undefined, state: undefined }
  members.set(request.member, member)
  return member
}

// RFC 9420 §12.1.2: an Update is a LeafNode of source update, signed over group and leaf index.
async function makeUpdate (member) {
  const { state, suite } = member
  const pair = await suite.hpke.generateKeyPair()
  const old = leafNode(state)
  const content = {
    hpkePublicKey: await suite.hpke.exportPublicKey(pair.publicKey),
    signaturePublicKey: old.signaturePublicKey,
    credential: old.credential,
    capabilities: old.capabilities,
    leafNodeSource: 'update',
    extensions: old.extensions
  }
  const signed = encodeLeafNodeTBS({
    ...content, groupId: state.groupContext.groupId, leafIndex: state.privatePath.leafIndex
  })
  const signature =
    await signWithLabel(state.signaturePrivateKey, 'LeafNodeTBS', signed, suite.signature)
  member.updates.push({
    publicKey: bytesToBase64(content.hpkePublicKey),
    privateKey: await suite.hpke.exportPrivateKey(pair.privateKey)
  })
  return { proposalType: 'update', update: { leafNode: { ...content, signature } } }
}

const makeAdd = (keyPackage) => ({
  proposalType: 'add', add: { keyPackage: readAs(keyPackage, 'mls_key_package').keyPackage }
})
const makeRemove = (removed) => ({ proposalType: 'remove', remove: { removed } })
const makeExtensions = (list) => ({
  proposalType: 'group_context_extensions',
  groupContextExtensions: { extensions: readExtensions(list) }
})
const makePsk = (member, pskId) => ({
  proposalType: 'psk',
  psk: {
    preSharedKeyId: {
      psktype: 'external',
      pskId: fromBase64(pskId),
      pskNonce: member.suite.rng.randomBytes(member.suite.kdf.size)
    }
  }
})

async function propose (request, make) {
  const member = findActive(request.member)
  const proposal = await make(member)
  const { message, newState } =
    await createProposal(member.state, request.public === true, proposal, member.suite)
  member.state = newState
  return { message: bytesToBase64(encodeMlsMessage(message)) }
}

// ts-mls puts every proposal that waits into its commit, also what cannot be there.
function committable (state, includesPending) {
  const own = state.privatePath.leafIndex
  const kept = Object.entries(state.unappliedProposals).filter(([, { proposal, senderLeafIndex }]) =>
    includesPending && !(proposal.proposalType === 'update' && senderLeafIndex === own))
  return { ...state, unappliedProposals: Object.fromEntries(kept) }
}

// ts-mls does not keep the private key of an Update of one's own: it is put into the state just
// before the commit that names the Update. A first, refused pass tells which that is.
async function withOwnUpdate (member, open) {
  let { state } = member
  if (member.updates.length === 0) return state
  let proposals = []
  await open(state, (incoming) => {
    if (incoming.kind === 'commit') proposals = incoming.proposals
    return 'reject'
  })
  for (const { proposal, senderLeafIndex } of proposals) {
    if (proposal.proposalType !== 'update' || senderLeafIndex !== state.privatePath.leafIndex) continue
    const publicKey = bytesToBase64(proposal.update.leafNode.hpkePublicKey)
    const { privateKey } = member.updates.find((update) => update.publicKey === publicKey)
    const privateKeys = { ...state.privatePath.privateKeys, [2 * senderLeafIndex]: privateKey }
    state = { ...state, privatePath: { ...state.privatePath, privateKeys } }
  }
  return state
}

function setState (member, state) {
  if (!member.state || state.groupContext.epoch !== member.state.groupContext.epoch) {
    member.updates = []
    member.pending = undefined
  }
  member.state = state.groupActiveState.kind === 'removedFromGroup' ? undefined : state
}

function describe (member) {
  const { state } = member
  const roster = []
  state.ratchetTree.forEach((node, index) => {
    if (node?.nodeType === 'leaf') roster.push([index / 2, bytesToBase64(node.leaf.credential.identity)])
  })
  return {
    epoch: Number(state.groupContext.epoch),
    leaf: state.privatePath.leafIndex,
    members: roster,
    epoch_authenticator: bytesToBase64(state.keySchedule.epochAuthenticator),
    confirmed_transcript_hash: bytesToBase64(state.groupContext.confirmedTranscriptHash)
  }
}

async function processCommitOrProposal (member, message) {
  const isPublic = message.wireformat === 'mls_public_message'
  const open = (state, callback) => isPublic
    ? processPublicMessage(state, message.publicMessage, pskIndex(member), member.suite, callback)
    : processPrivateMessage(state, message.privateMessage, pskIndex(member), member.suite, callback)
  const type = isPublic ? message.publicMessage.content.contentType : message.privateMessage.contentType
  if (type === 'application') throw new Error('application data: unprotect it')
  const before = member.state.groupContext.epoch
  const epoch = isPublic ? message.publicMessage.content.epoch : message.privateMessage.epoch
  // ts-mls tries the keys of this epoch on a later one's message, which then only looks damaged.
  if (epoch !== before) throw new Error(`epoch ${epoch}, but this is ${before}`)
  const state = type === 'commit' ? await withOwnUpdate(member, open) : member.state
  const { newState } = await open(state)
  setState(member, newState)
  return { type, is_member: member.state !== undefined }
}

const operations = {
  async hello () {
    return { implementation: 'ts-mls', suites }
  },
  async reset (request) {
    members.clear()
    now = request.now
    return {}
  },
  async 'key-package' (request) {
    const member = newMember(request, await loadSuite(request.suite))
    member.waiting = await newKeyPackage(member, request)
    return { key_package: write('mls_key_package', { keyPackage: member.waiting.publicPackage }) }
  },
  async create (request) {
    const member = newMember(request, await loadSuite(request.suite))
    const { publicPackage, privatePackage } = await newKeyPackage(member, request)
    member.state = await createGroup(fromBase64(request.group_id), publicPackage, privatePackage,
      readExtensions(request.extensions ?? []), member.suite, config)
    return describe(member)
  },
  async welcome (request) {
    const member = find(request.member)
    const { welcome } = readAs(request.welcome, 'mls_welcome')
    const tree = request.ratchet_tree && decodeRatchetTree(fromBase64(request.ratchet_tree), 0)[0]
    const { publicPackage, privatePackage } = member.waiting
    member.state = await joinGroup(welcome, publicPackage, privatePackage, pskIndex(member),
      member.suite, tree, undefined, config)
    member.waiting = undefined
    return describe(member)
  },
  async psk (request) {
    find(request.member).psks[request.psk_id] = fromBase64(request.secret)
    return {}
  },
  add: (request) => propose(request, () => makeAdd(request.key_package)),
  remove: (request) => propose(request, () => makeRemove(request.leaf)),
  update: (request) => propose(request, makeUpdate),
  'propose-psk': (request) => propose(request, (member) => makePsk(member, request.psk_id)),
  'propose-extensions': (request) => propose(request, () => makeExtensions(request.extensions)),
  async commit (request) {
    const member = findActive(request.member)
    const extraProposals = [
      ...(request.adds ?? []).map(makeAdd),
      ...(request.removes ?? []).map(makeRemove),
      ...(request.psks ?? []).map((pskId) => makePsk(member, pskId))
    ]
    const { commit, welcome, newState } = await createCommit({
      state: committable(member.state, request.includes_pending === true),
      pskIndex: pskIndex(member),
      cipherSuite: member.suite
    }, {
      wireAsPublicMessage: request.public === true,
      ratchetTreeExtension: request.tree_beside !== true,
      extraProposals
    })
    member.pending = newState
    return {
      commit: bytesToBase64(encodeMlsMessage(commit)),
      ...(welcome && { welcome: write('mls_welcome', { welcome }) }),
      ...(welcome && { ratchet_tree: bytesToBase64(encodeRatchetTree(newState.ratchetTree)) })
    }
  },
  async accept (request) {
    const member = find(request.member)
    if (!member.pending) throw new Error('no commit waits')
    setState(member, member.pending)
    return describe(member)
  },
  async discard (request) {
    find(request.member).pending = undefined
    return {}
  },
  async process (request) {
    return processCommitOrProposal(findActive(request.member), read(request.message))
  },
  async 'group-info' (request) {
    const { state, suite } = findActive(request.member)
    const make = request.tree_beside
      ? createGroupInfoWithExternalPub
      : createGroupInfoWithExternalPubAndRatchetTree
    return {
      group_info: write('mls_group_info', { groupInfo: await make(state, [], addingLength(suite)) }),
      ratchet_tree: bytesToBase64(encodeRatchetTree(state.ratchetTree))
    }
  },
  async 'external-join' (request) {
    const { groupInfo } = readAs(request.group_info, 'mls_group_info')
    const tree = request.ratchet_tree && decodeRatchetTree(fromBase64(request.ratchet_tree), 0)[0]
    const former = request.resync ? find(request.member) : undefined
    const member = former ?? newMember(request, await loadSuite(request.suite))
    const { publicPackage, privatePackage } = await newKeyPackage(member, request, former?.keys)
    const suite = droppingLength(member.suite, publicPackage.leafNode.hpkePublicKey.length)
    const { publicMessage, newState } = await joinGroupExternal(groupInfo, publicPackage,
      privatePackage, request.resync === true, suite, tree, config)
    member.pending = newState
    return { commit: write('mls_public_message', { publicMessage }) }
  },
  async state (request) {
    return describe(findActive(request.member))
  },
  async export (request) {
    const { state, suite } = findActive(request.member)
    const secret = await mlsExporter(state.keySchedule.exporterSecret, request.label,
      fromBase64(request.context), request.length, suite)
    return { secret: bytesToBase64(secret) }
  },
  async 'epoch-authenticator' (request) {
    const { epoch, epoch_authenticator: authenticator } = describe(findActive(request.member))
    return { epoch, epoch_authenticator: authenticator }
  },
  async protect (request) {
    const member = findActive(request.member)
    const { privateMessage, newState } = await createApplicationMessage(member.state,
      fromBase64(request.data), member.suite, fromBase64(request.authenticated_data ?? ''))
    member.state = newState
    return { message: write('mls_private_message', { privateMessage }) }
  },
  async unprotect (request) {
    const member = findActive(request.member)
    const { privateMessage } = readAs(request.message, 'mls_private_message')
    if (privateMessage.contentType !== 'application') throw new Error('no application data')
    const opened =
      await processPrivateMessage(member.state, privateMessage, pskIndex(member), member.suite)
    member.state = opened.newState
    return {
      data: bytesToBase64(opened.message),
      authenticated_data: bytesToBase64(privateMessage.authenticatedData)
    }
  }
}

async function answer (line) {
  try {
    const request = JSON.parse(line)
    const operation = Object.hasOwn(operations, request.op) && operations[request.op]
    if (!operation) throw new Error(`no operation ${request.op}`)
    return await operation(request)
  } catch (error) {
    return { error: `${error.name}: ${error.message}` }
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await answer(line))}\n`)
}
