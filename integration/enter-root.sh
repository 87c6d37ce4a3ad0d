#!/bin/sh
# Runs dockerd inside ROOT, in mount and process namespaces of its own (made by unshare):
# when dockerd dies the kernel ends everything that it started and forgets every mount.
# usage: enter-root.sh ROOT ENGINE_DIR
set -eu
root=$1 engine=$2

# containerd looks for a mount at its own directory and dies without one.
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount --rbind /sys "$root/sys"
mount --rbind /dev "$root/dev"
mount -t tmpfs tmpfs "$root/run"
mount -t tmpfs tmpfs "$root/tmp"
mkdir -p "$root/srv/engine"
mount --bind "$engine" "$root/srv/engine"
if [ -f "$engine/data.ext4" ]; then
    mkdir -p "$root/srv/engine/data"
    mount -o loop,noatime,discard "$engine/data.ext4" "$root/srv/engine/data"
fi
exec chroot "$root" dockerd --config-file /srv/engine/daemon.json
