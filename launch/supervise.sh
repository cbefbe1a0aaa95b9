# shellcheck shell=bash
# The supervisor of launch/run --restarts: a job that fails goes on from its last checkpoint with what is left.
# Sourced by launch/run, whose variables and functions it uses. Read `supervise` first.
# shellcheck source=launch/supervise/hosts.sh
. "$root/launch/supervise/hosts.sh"
# shellcheck source=launch/supervise/notices.sh
. "$root/launch/supervise/notices.sh"

say() {
  echo "launch/run: $1" >&2
}

# Runs the job, its ranks and daemons marked, until nothing of it is left on this machine; sets `code`.
attempt() {
  local sifter
  : >"$folder/notices"
  # What a killed mpirun keeps in its session's folder, 8 MB, would stay for ever.
  rm -rf "$folder"/errors "$folder"/ompi.*
  mkfifo "$folder/errors"
  sift "$folder/notices" <"$folder/errors" >&2 &
  sifter=$!
  place
  TMPDIR=$folder start --mca lockstep_job "$mark" -x "LOCKSTEP_JOB=$mark" "${places[@]}" \
    "$lockstep" "$verb" -c "$config" "$@" --run-file "$run_file" 2>"$folder/errors"
  finish
  # What outlived mpirun would keep the pipe open.
  end_here || give_up "a restart beside the processes that are left would not be safe"
  wait "$sifter"
  # Where mpirun lost a host it stops the other ranks, which say that a signal stopped them.
  if [ -z "$stopped" ] && [ "$code" -eq 143 ] && [ -n "$(lost_daemons "$folder/notices")" ]; then code=5; fi
}

# Reads what the attempt left: the run's folder, and its last checkpoint's step, of a sweep the number of parts of trials
# that were trained; both empty where there is none.
read_progress() {
  run=""
  [ ! -s "$run_file" ] || read -r run <"$run_file"
  step=""
  if [ "$verb" = sweep ]; then
    [ -z "$run" ] || step=$("$lockstep" sweep status "$run" --jobs 2>/dev/null)
    return
  fi
  [ -z "$run" ] || step=$(find "$run/checkpoints" -maxdepth 1 -name 'step-*' -printf '%f\n' 2>/dev/null \
    | sed -n 's/^step-0*\([0-9][0-9]*\)$/\1/p' | sort -n | tail -n 1)
}

# Prints how far the run is, in words.
reached_text() {
  if [ "$verb" = sweep ]; then
    echo "$step parts of trials"
  else
    echo "step $step"
  fi
}

# Shows what the ranks' crash files say.
show_crash() {
  [ "$verb" = train ] || return 0
  [ -n "$run" ] && "$lockstep" report --help 2>/dev/null | grep -q -e --crash || return 0
  "$lockstep" report "$run" --crash >&2 || say "the crash files could not be read"
}

# Ends the supervision with a code: 0 where the job was done.
conclude() {
  local times="$used restarts"
  [ "$used" -ne 1 ] || times="1 restart"
  # A wrong configuration is not worth a word more.
  [ "$used" -eq 0 ] && [ "$2" = ended ] || say "$2 after $times"
  exit "$1"
}

# Ends the supervision without success, for a reason.
give_up() {
  end_everywhere
  # What mpirun said may be the only reason there is.
  was_killed || [ "$code" -eq 5 ] || sed 's/^/  mpirun: /' "$folder/notices" >&2
  echo "error: $1" >&2
  [ -z "$step" ] || echo "  hint: continue from $(reached_text) with --resume=$run" >&2
  # Where the run itself failed its own code says more.
  [ "$code" -eq 1 ] && conclude 1 "gave up"
  conclude 5 "gave up"
}

# Waits before a restart; a signal ends the wait.
back_off() {
  local sleeper
  sleep "$1" &
  sleeper=$!
  wait "$sleeper"
  kill "$sleeper" 2>/dev/null
}

# Ends the supervision where a signal came between two attempts.
heed_signal() {
  [ -n "$stopped" ] || return 0
  [ -z "$step" ] || say "stopped before a restart. Go on with --resume=$run"
  conclude "$stopped" "ended"
}

# Makes the hosts and the number of ranks of the next attempt.
choose_places() {
  [ -n "$hostfile" ] || return 0
  local dropped
  keep_good_hosts
  [ ${#host_names[@]} -gt 0 ] || give_up "no host is left"
  # What failed without them says nothing of the others.
  [ "$dropped" -eq 0 ] || fruitless=0
  hostfile=$folder/hostfile
  write_hostfile "$hostfile"
  [ "$ranks" -le "$(slots_in_all)" ] || ranks=$(slots_in_all)
}

# Prints the folder that run folders are made in, from the options of `lockstep train` or `sweep`.
out_folder() {
  local out=runs
  [ "$verb" = train ] || out=sweeps
  while [ $# -gt 0 ]; do
    case "$1" in
      --out) out=${2:-} && shift ;;
      --out=*) out=${1#--out=} ;;
    esac
    shift
  done
  printf '%s' "$out"
}

# Runs the job to its end, with at most `restarts` restarts; does not return.
supervise() {
  local folder run_file mark word first=("$@") again=() used=0 fruitless=0 delay=1 run="" step="" dead="" reached=0
  folder=$(mktemp -d)
  mark="lockstep-job-$(od -An -N8 -tx8 /dev/urandom | tr -d ' ')"
  # Rank 0 may be on another host, so this lies where the run folders do.
  run_file="$(out_folder "$@")/.$mark"
  # shellcheck disable=SC2064
  trap "rm -rf '$folder' '$run_file'" EXIT
  for word in "$@"; do
    case "$word" in --resume | --resume=*) ;; *) again+=("$word") ;; esac
  done
  while :; do
    attempt "$@"
    case "$code" in
      0) conclude 0 "done" ;;
      2 | 3 | 4 | 130 | 143) conclude "$code" "ended" ;;
    esac
    read_progress
    show_crash
    dead=$(dead_rank "$folder/notices")
    say "attempt $((used + 1)): $(explain)"
    [ -z "$hostfile" ] || note_lost_hosts
    [ -z "$stopped" ] || give_up "the job failed while it was being stopped"
    fruitless=$((fruitless + 1))
    if [ "${step:-0}" -gt "$reached" ]; then
      reached=$step fruitless=0 delay=1
    fi
    # A trial that killed its ranks is charged with it, and given up the second time: that is progress too.
    [ "$verb" = train ] || [ -z "$dead" ] || fruitless=0
    [ "$used" -lt "$restarts" ] || give_up "no restarts are left"
    back_off "$delay"
    heed_signal
    choose_places
    [ "$fruitless" -lt 2 ] || give_up "two attempts in a row ended without a new checkpoint"
    end_everywhere || give_up "a restart beside the processes that are left would not be safe"
    heed_signal
    used=$((used + 1))
    delay=$((delay < 15 ? 2 * delay : 30))
    if [ -n "$step" ]; then
      set -- "${again[@]}" "--resume=$run"
      [ "$verb" = train ] || [ -z "$dead" ] || set -- "$@" --dead-rank "$dead"
      say "restart $used of $restarts from $(reached_text), ranks: $ranks"
    else
      set -- "${first[@]}"
      say "restart $used of $restarts from the beginning, ranks: $ranks"
    fi
  done
}
