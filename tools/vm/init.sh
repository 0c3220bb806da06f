#!/bin/busybox sh
# The guest's first process. Its settings come from the kernel's command line:
#   vm.run=FOLDER     on the host: holds `command`, which is run
#   vm.modules=FOLDER on the host: serves as /lib/modules/VERSION
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
for word in $(cat /proc/cmdline); do
  case $word in
    vm.run=*) run=${word#*=} ;;
    vm.modules=*) modules=${word#*=} ;;
  esac
done
mkdir -p /dev/pts /dev/shm
mount -t devpts devpts /dev/pts
mount -t tmpfs shm /dev/shm
for module in $(cat /boot-modules); do insmod "/boot/${module##*/}"; done

# The root: the host's, read-only, with the packages beneath it and changes kept in memory above.
for share in host packages; do
  mount -t 9p -o trans=virtio,version=9p2000.L,ro,cache=loose,msize=512000 $share /$share
done
mount -t tmpfs -o size=80% changes /changes
mkdir /changes/upper /changes/work
mount -t overlay \
  -o "lowerdir=/host:/packages,upperdir=/changes/upper,workdir=/changes/work" root /new
for folder in proc sys dev; do mount --rbind /$folder /new/$folder; done
mount -t tmpfs run /new/run

# The kernel loads modules when they are asked for: by /sbin/modprobe of this root, not of the one
# that the command sees, which has them for `busybox modprobe`.
mkdir -p /lib/modules
ln -s "/host$modules" "/lib/modules/$(uname -r)"
mount --bind "/host$modules" "/new/lib/modules/$(uname -r)"
# These are asked for by opening their device, and this by nothing.
mknod /dev/vhci c 10 137
mknod /dev/ppp c 108 0
mkdir /dev/net
mknod /dev/net/tun c 10 200
modprobe vsock_loopback

hostname guest
ip link set lo up
for port in /sys/class/virtio-ports/*; do
  read -r name <"$port/name"
  ln -s "/dev/${port##*/}" "/port-$name"
done
echo "guest: up after $(cut -d' ' -f1 /proc/uptime) s" >/dev/console

# Over the old root, so that the command is not in a chroot, where user namespaces are refused.
cd /new
mount --move . /
chroot . /bin/sh "$run/command" </dev/null >/port-out 2>/port-err
echo $? >/port-status
poweroff -f
