#!/bin/sh
# Checks and measures unflat on this machine; see README.md. It needs a shell and glibc: no other program is called.
set -u

case $0 in
  */*) cd -- "${0%/*}" || exit 1 ;;
esac
here=$(pwd -P)
dawn=app/node_modules/webgpu/dist/linux-x64/dawn.node
read -r glibc < lib/glibc

fail() {
  echo "run.sh: $1" >&2
  exit 1
}

# The two large programs are carried compressed. Each unpacks into an empty file that is there, which has the right mode.
for part in bin/node "$dawn"; do
  [ -e "$part.unpacked" ] && continue
  echo "unpacking $part"
  LD_LIBRARY_PATH=$here/lib/xz bin/xz -dc "$part.xz" > "$part" ||
    fail "$part cannot be unpacked. The folder must be writable, and the machine must be x86-64 Linux with glibc $glibc or newer."
  : > "$part.unpacked"
done

# The C++ libraries of this machine come first: its drivers may need newer ones than those carried here.
load='process.dlopen({ exports: {} }, process.argv[1])'
if ! bin/node -e "$load" "$here/$dawn" 2> /dev/null; then
  LD_LIBRARY_PATH=$here/lib/cpp${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
  export LD_LIBRARY_PATH
  bin/node -e "$load" "$here/$dawn" || fail "Node does not start; its message is above. It needs glibc $glibc or newer."
fi

exec bin/node app/run.js "$@"
