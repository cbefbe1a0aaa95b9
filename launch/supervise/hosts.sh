# shellcheck shell=bash
# The hosts of a supervised job: which of them answer, and which are given up.
# Sourced by launch/supervise.sh, after launch/hostfile.sh.

# How often each host failed.
declare -A host_failures
# Seconds that a host has to answer, and to end its processes.
answer_limit=20
end_limit=30

# Sets `silent` to the hosts that do not answer.
find_silent_hosts() {
  local name
  rm -f "$folder"/answered.*
  for name in "${host_names[@]}"; do
    { on_host "$answer_limit" "$name" true </dev/null >"$folder/answer.$name" 2>&1 && : >"$folder/answered.$name"; } &
  done
  wait
  silent=()
  for name in "${host_names[@]}"; do
    [ -e "$folder/answered.$name" ] || silent+=("$name")
  done
}

# Counts a failure of a host.
note_failure() {
  local name=$1 reason=$2
  host_failures[$name]=$((${host_failures[$name]:-0} + 1))
  say "host $name failed (${host_failures[$name]} of 2): $reason"
}

# Counts the failures of an attempt: hosts that do not answer, and hosts whose daemons mpirun lost.
note_lost_hosts() {
  local name lost silent
  find_silent_hosts
  for name in "${silent[@]}"; do note_failure "$name" "it does not answer"; done
  for lost in $(lost_daemons "$folder/notices"); do
    for name in "${host_names[@]}"; do
      [ "${name%%.*}" = "${lost%%.*}" ] && [ -e "$folder/answered.$name" ] || continue
      note_failure "$name" "mpirun lost its daemon there"
    done
  done
}

# Takes hosts that failed twice off the list; the others must have no process left of the attempts before.
#
# Sets `dropped` to the number of hosts taken off.
keep_good_hosts() {
  local name silent left=()
  find_silent_hosts
  for name in "${silent[@]}"; do note_failure "$name" "it still does not answer"; done
  dropped=0
  for name in "${host_names[@]}"; do
    if [ "${host_failures[$name]:-0}" -ge 2 ]; then
      say "going on without host $name"
      dropped=$((dropped + 1))
      continue
    fi
    left+=("$name")
  done
  host_names=("${left[@]}")
}

# Ends what is left of the job on this machine.
end_here() {
  end_processes_by bash
}

# Ends what is left of the job on all hosts that answer; fails where a process does not end.
end_everywhere() {
  local name good=0
  end_here || good=1
  [ -n "$hostfile" ] || return "$good"
  for name in "${host_names[@]}"; do
    is_this_machine "$name" || [ ! -e "$folder/answered.$name" ] || end_processes_by on_host "$end_limit" "$name" bash || good=1
  done
  return "$good"
}

# Ends the job's processes by a shell that the arguments start.
end_processes_by() {
  { echo "mark=$mark" && cat "$root/launch/supervise/end-processes.sh"; } | "$@" -s
}
