#!/usr/bin/env bash
# Installs on a compute node of launch/aws/cluster.yaml what the lockstep binary needs at run time.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends libdnnl2 libyaml-0-2 zlib1g libxxhash0 libsqlite3-0
