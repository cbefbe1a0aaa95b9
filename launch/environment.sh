# shellcheck shell=bash
# What the launch scripts share: finding the toolchain, installing Debian packages, MPI's settings.
# Sourced, not run. Expects the repository root as the working folder.

packages_build="libopenmpi-dev openmpi-bin libdnnl-dev libyaml-dev zlib1g-dev libxxhash-dev libsqlite3-dev"
packages_data="dataset-fashion-mnist"
# What launch/test-hosts makes hosts of.
packages_hosts="iproute2 util-linux"
# What a Swift toolchain needs to start and to link, as swift.org lists it for Debian 12.
packages_toolchain="binutils gcc git libc6-dev libcurl4 libedit2 libncurses6 libsqlite3-0 libstdc++-12-dev libxml2 pkg-config"

# Prints a message and stops.
stop() {
  printf 'error: %s\n' "$1" >&2
  [ $# -lt 2 ] || printf '  hint: %s\n' "$2" >&2
  exit 2
}

# The version of a Swift toolchain as 6.3; nothing where it does not start.
swift_version() {
  "$1" --version 2>/dev/null | sed -n 's/.*Swift version \([0-9][0-9]*\.[0-9][0-9]*\).*/\1/p' | head -n 1 || true
}

# Finds a Swift 6.2 toolchain or newer, installs what it needs of Debian, and puts it first in PATH.
need_swift() {
  local candidate version
  for candidate in "$(command -v swift || true)" /opt/swift/usr/bin/swift /usr/local/swift/usr/bin/swift \
    "$HOME/.local/share/swiftly/bin/swift" "$HOME/.swiftly/bin/swift"; do
    [ -n "$candidate" ] && [ -x "$candidate" ] || continue
    # shellcheck disable=SC2086
    need_packages $packages_toolchain
    version=$(swift_version "$candidate")
    [ -n "$version" ] || continue
    if [ "$(printf '%s\n6.2\n' "$version" | sort -V | head -n 1)" = 6.2 ]; then
      PATH="$(dirname "$candidate"):$PATH"
      export PATH
      return
    fi
  done
  stop "no Swift toolchain of version 6.2 or newer was found" \
    "get one with swiftly from https://www.swift.org/install/linux/ (choose Debian 12), then run this again"
}

# Installs the named Debian packages that are not installed yet.
need_packages() {
  local package missing=""
  command -v dpkg-query >/dev/null || stop "this script installs Debian packages, and dpkg is not here" \
    "install the equivalents of: $*, then build with: swift build -c release"
  for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
  done
  [ -n "$missing" ] || return 0
  echo "installing:$missing"
  local run=""
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || stop "these packages are missing, and this is not root:$missing" \
      "as root: apt-get install$missing"
    run=sudo
  fi
  local log
  log=$(mktemp)
  # shellcheck disable=SC2086
  if ! { $run apt-get update -qq && DEBIAN_FRONTEND=noninteractive $run apt-get install -y -qq \
    --no-install-recommends $missing; } >"$log" 2>&1; then
    cat "$log" >&2
    rm -f "$log"
    stop "apt-get could not install:$missing" "check the network and /etc/apt/sources.list"
  fi
  rm -f "$log"
}

# What mpirun needs here: Open MPI refuses root unless told twice.
mpi_environment() {
  if [ "$(id -u)" -eq 0 ]; then
    export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
  fi
  # Containers often deny one process to read another's memory, which Open MPI then reports at every message.
  export OMPI_MCA_btl_vader_single_copy_mechanism=none
  export OMP_NUM_THREADS=1
}

# Sets `mpi_hosts` to what mpirun needs for ranks on the hosts of a file, joined by TCP; INTERFACE is the network to keep
# to, such as 10.0.0.0/24, or empty.
mpi_hosts() {
  local hostfile=$1 interface=$2 variable
  mpi_hosts=(--hostfile "$hostfile" --mca pml ob1 --mca btl "self,vader,tcp")
  [ -z "$interface" ] || mpi_hosts+=(--mca btl_tcp_if_include "$interface" --mca oob_tcp_if_include "$interface")
  # A host that lost its power says nothing; without these probes mpirun would notice it after eight minutes.
  mpi_hosts+=(--mca oob_tcp_keepalive_time 10 --mca oob_tcp_keepalive_intvl 5 --mca oob_tcp_keepalive_probes 3)
  # Variables of Open MPI itself travel by themselves.
  for variable in OMP_NUM_THREADS $(compgen -e | grep -E '^(LOCKSTEP|ONEDNN)_' || true); do
    mpi_hosts+=(-x "$variable")
  done
}

# Builds the product optimized and sets `lockstep` to its path.
build_release() {
  swift build -c release --product lockstep --explicit-target-dependency-import-check error 2>&1 \
    | grep -vE '^\[[0-9]+/[0-9]+\]|^Build(ing)? ' || true
  lockstep="$(swift build -c release --show-bin-path)/lockstep"
  [ -x "$lockstep" ] || stop "the build failed" "run: swift build -c release"
}
