#!/usr/bin/env bash
# Set-up and main job in a fresh clone with nothing but sh, git, python3 and coreutils in reach.
set -euo pipefail
root="$(cd "$(dirname "$0")/.." && pwd)"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
mkdir "$work/bin" "$work/home"
for tool in sh bash git env $(ls /usr/share/doc/coreutils >/dev/null 2>&1 && dpkg -L coreutils | sed -n 's,^\(/usr\)\?/bin/,,p'); do
  path="$(command -v "$tool" || true)"
  [ -n "$path" ] && ln -sf "$path" "$work/bin/$tool"
done
ln -sf "$(python3 -c 'import sys; print(sys.executable)')" "$work/bin/python3"
git clone --quiet "$root" "$work/shuxin"
cd "$work/shuxin"
pip_settings=()
for name in PIP_INDEX_URL UV_INDEX_URL UV_DEFAULT_INDEX PIP_CERT SSL_CERT_FILE HTTPS_PROXY HTTP_PROXY https_proxy http_proxy; do
  [ -n "${!name:-}" ] && pip_settings+=("$name=${!name}")
done
for config in /etc/pip.conf "$HOME/.config/pip/pip.conf" "$HOME/.pip/pip.conf"; do
  [ -f "$config" ] && pip_settings+=("PIP_CONFIG_FILE=$config")
done
run() {
  env -i PATH="$work/bin" HOME="$work/home" LANG=C.UTF-8 "${pip_settings[@]}" python3 tools/setup.py "$1"
}
run "${1:-demo}"
echo "bare machine: ${1:-demo} passed"
