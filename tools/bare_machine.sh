#!/usr/bin/env bash
# Set-up and main job in a fresh clone with nothing but sh, git, python3 and coreutils in reach.
# Usage: tools/bare_machine.sh [demo|check|env]
set -euo pipefail
root="$(cd "$(dirname "$0")/.." && pwd)"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
mkdir "$work/bin" "$work/home"
coreutils="basename cat chmod cp cut date dirname env expr head id ln ls mkdir mktemp mv nproc pwd readlink
  du realpath rm rmdir sed sleep sort stat tail tee test touch tr true false uname uniq wc"
for tool in sh bash git $coreutils; do
  path="$(command -v "$tool" || true)"
  if [ -n "$path" ] && [ "${path#/}" != "$path" ]; then ln -sf "$path" "$work/bin/$tool"; fi
done
ln -sf "$(python3 -c 'import sys; print(sys.executable)')" "$work/bin/python3"
git clone --quiet "$root" "$work/shuxin"
cd "$work/shuxin"
# How this machine reaches its package registries is no part of what is tested: pass it on.
network=()
for name in PIP_INDEX_URL PIP_CERT UV_DEFAULT_INDEX UV_INDEX_URL SSL_CERT_FILE NODE_EXTRA_CA_CERTS \
  HTTPS_PROXY HTTP_PROXY NO_PROXY https_proxy http_proxy no_proxy npm_config_registry; do
  if [ -n "${!name:-}" ]; then network+=("$name=${!name}"); fi
done
run() {
  env -i PATH="$work/bin" HOME="$work/home" LANG=C.UTF-8 "${network[@]}" python3 tools/setup.py "$1"
}
began=$(date +%s)
run "${1:-demo}"
echo "bare machine: ${1:-demo} passed in $(($(date +%s) - began)) s," \
  "$(du -sm "$work/shuxin" | cut -f1) MiB in the checkout"
