#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Conclave authors
#
# ./dev where the host is not Debian 13, with the outer world played by small scripts on PATH: it
# says one sentence when something is missing and never leaves a root that the next call trusts.
# usage: test-dev.sh DEV
set -u
dev=$1
count=0
failed=0
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
mkdir "$here/bin"
unset CONCLAVE_INSIDE CONCLAVE_MIRROR
export CONCLAVE_OS_RELEASE="$here/os-release" XDG_CACHE_HOME="$here/cache" HOME="$here/home"
export PATH="$here/bin:$PATH" MADE="$here/made"
printf 'ID=debian\nVERSION_ID=12\n' >"$CONCLAVE_OS_RELEASE"
mkdir "$HOME"

play () { printf '#!/bin/sh\n%s\n' "$2" >"$here/bin/$1"; chmod +x "$here/bin/$1"; }

claim () {
  count=$((count + 1))
  if eval "$2"; then echo "ok $count $1"; else
    echo "not ok $count $1"
    sed 's/^/# /' "$here/out"
    failed=1
  fi
}

call () { "$dev" shell true >"$here/out" 2>&1; status=$?; }
roots () { find "$here/cache/conclave" -maxdepth 1 -name 'root-????????????????' 2>/dev/null | wc -l; }
sentences () { grep -c '^dev: ' "$here/out"; }

# Finds the target in the arguments, as the real one does: after the release's name.
makes='echo called >>"$MADE"; while [ "$1" != trixie ]; do shift; done; mkdir -p "$2/usr" "$2/etc" "$2/var/lib"'
play id 'echo 0'
play apt-config ':'
play apt-get 'echo "https://mirror.test/debian/ Debian Debian"'
play bwrap ':'
play newuidmap ':'
play df 'printf "h\nx 1 1 9000000 1 /\n"'

play mmdebstrap 'echo called >>"$MADE"; exit 1'
call
claim "a failing network ends with exit code 1" '[ $status = 1 ]'
claim "a failing network is one sentence about the network" \
  '[ "$(grep -c "check the network" "$here/out")" = 1 ]'
claim "a failing network leaves no root" '[ "$(roots)" = 0 ]'

play mmdebstrap "$makes; exit 1"
call
claim "a root that broke off is not trusted" '[ $status = 1 ] && [ "$(roots)" = 0 ]'
claim "a root that broke off is removed" '[ -z "$(find "$here/cache/conclave" -name "*.part")" ]'

play df 'printf "h\nx 1 1 1000 1 /\n"'
call
claim "a full disk is one sentence" '[ $status = 1 ] && [ "$(sentences)" = 1 ] && grep -q "not enough room" "$here/out"'
claim "a full disk leaves no root" '[ "$(roots)" = 0 ]'
play df 'printf "h\nx 1 1 9000000 1 /\n"'

play apt-get ':'
call
claim "a host without a Debian mirror is one sentence" \
  '[ $status = 1 ] && [ "$(sentences)" = 1 ] && grep -q CONCLAVE_MIRROR "$here/out"'
play apt-get 'echo "https://mirror.test/debian/ Debian Debian"'

mkdir -p "$here/cache/conclave"
: >"$MADE"
play mmdebstrap "$makes"
call
claim "a root that was made whole is entered" '[ $status = 0 ] && [ "$(roots)" = 1 ]'
call
claim "a second call makes nothing" '[ $status = 0 ] && [ "$(wc -l <"$MADE")" = 1 ]'

play id 'case $1 in -u) echo 4242 ;; *) echo nobody-here ;; esac'
play sudo 'exit 1'
rm -rf "$here/cache"
call
claim "an ordinary user without subordinate ids is told whom to ask for what" \
  '[ $status = 1 ] && [ "$(sentences)" = 1 ] && grep -q "ask an administrator to run: usermod" "$here/out"'

# The FIPS provider of the tests, whose making is no condition for anything else.
provider () { "$(dirname "$dev")/build-aux/make-fips-provider" "$@" "$here/cache/conclave" >"$here/out" 2>&1; status=$?; }
play dpkg-query 'printf 1.2.3'
play apt-get 'exit 100'
provider --find
claim "looking for a FIPS provider that is not there makes none and says nothing" \
  '[ $status = 1 ] && [ ! -s "$here/out" ]'
provider
claim "a FIPS provider that cannot be built is one sentence about the skipped tests" \
  '[ $status = 1 ] && [ "$(grep -c "its tests are skipped" "$here/out")" = 1 ]'
claim "and leaves nothing that the next call trusts" \
  '[ -z "$(find "$here/cache/conclave" -name "fips-*" -o -name "fips.??????")" ]'
mkdir -p "$here/cache/conclave/fips-1.2.3"
: >"$here/cache/conclave/fips-1.2.3/fips.so"
: >"$here/cache/conclave/fips-1.2.3/fipsmodule.cnf"
provider --find
claim "a FIPS provider of this version is found" \
  '[ $status = 0 ] && [ "$(cat "$here/out")" = "$here/cache/conclave/fips-1.2.3" ]'

echo "1..$count"
exit $failed
