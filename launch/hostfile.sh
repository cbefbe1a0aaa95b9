# shellcheck shell=bash
# Files of hosts, in Open MPI's format: `NAME slots=N` a line, `#` before a comment.
# Sourced, not run.

# The hosts in their order, and the ranks that each takes.
host_names=()
declare -A host_slots

# Reads a file of hosts into `host_names` and `host_slots`.
read_hostfile() {
  local file=$1 number=0 line word words name slots
  [ -f "$file" ] || stop "there is no file of hosts $file"
  while IFS= read -r line || [ -n "$line" ]; do
    number=$((number + 1))
    read -r -a words <<<"${line%%#*}"
    [ ${#words[@]} -gt 0 ] || continue
    name=${words[0]}
    slots=""
    for word in "${words[@]:1}"; do
      case "$word" in
        slots=*) slots=${word#slots=} ;;
        max_slots=* | max-slots=*) ;;
        *) stop "$file:$number: \`$word\` is not understood" "a line is: NAME slots=N" ;;
      esac
    done
    case "$slots" in '' | *[!0-9]* | 0) stop "$file:$number: the host $name has no number of slots" "$name slots=4" ;; esac
    [ -n "${host_slots[$name]:-}" ] || host_names+=("$name")
    host_slots[$name]=$((${host_slots[$name]:-0} + slots))
  done <"$file"
  [ ${#host_names[@]} -gt 0 ] || stop "$file names no host" "a line is: NAME slots=N"
}

# Writes the hosts that are left to a file.
write_hostfile() {
  local name
  for name in "${host_names[@]}"; do echo "$name slots=${host_slots[$name]}"; done >"$1"
}

# Prints how many ranks the hosts take together.
slots_in_all() {
  local name sum=0
  for name in "${host_names[@]}"; do sum=$((sum + host_slots[$name])); done
  echo "$sum"
}

# Whether a name is this machine's own; mpirun starts ranks here without ssh.
is_this_machine() {
  local own
  own=$(hostname)
  [ "$1" = localhost ] || [ "$1" = "$own" ] || [ "$1" = "${own%%.*}" ]
}

# Runs a command on a host, in at most so many seconds.
on_host() {
  local limit=$1 name=$2
  shift 2
  if is_this_machine "$name"; then
    timeout "$limit" "$@"
  elif [ -n "${OMPI_MCA_plm_rsh_agent:-}" ]; then
    # The variable may hold arguments too, as for Open MPI.
    # shellcheck disable=SC2086
    timeout "$limit" $OMPI_MCA_plm_rsh_agent "$name" "$@"
  else
    timeout "$limit" ssh -o BatchMode=yes -o ConnectTimeout=5 "$name" "$@"
  fi
}
