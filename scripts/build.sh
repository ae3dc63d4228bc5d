# Sourced by scripts/im, scripts/bench and scripts/test: whether the build is up to date, and the jars that a JVM is
# started from. Expects ROOT, the repository's folder, and scripts/jdk.sh.
#
# target/im.built          its time is when the last good build began (bench.built: that of scripts/bench)
# target/run/N/            what JVMs are started from: lib/*.jar, gateway.cp, simulator.cp (or bench.cp); kafka/*.jar, kafka.cp
# target/run/N/in-use      locked (shared) by every JVM started from there, for as long as it lives
# target/run/current       the N that was made last (current-bench: that of scripts/bench)
#
# A running server never sees its jars change: a later build gets another N, and a folder in use stays.

RUNS=$ROOT/target/run

# What is built and staged; scripts/bench has others. A part is a module without its "im-", and has a main class.
BUILT=$ROOT/target/im.built
CURRENT=$RUNS/current
PARTS='gateway simulator'
MODULES='im-servers im-protocol im-router im-relay im-gateway im-client-sdk im-simulator'

# Whether something that goes into the parts is newer than the last build.
is_stale() {
  [ -e "$BUILT" ] || return 0
  local module sources=im-servers/kafka/pom.xml newer
  for module in $MODULES; do
    sources="$sources $module/pom.xml $module/src/main"
  done
  newer=$(cd "$ROOT" && find pom.xml .mvn proto $sources -newer "$BUILT" -print 2>/dev/null | head -n 1)
  [ -n "$newer" ]
}

# Called before and after a build: the time that counts is the one at its beginning.
build_begins() {
  mkdir -p "$ROOT/target"
  rm -f "$BUILT"
  : >"$BUILT.begun"
}

build_ends() {
  mv "$BUILT.begun" "$BUILT"
}

# The newest folder made from the present build, or nothing.
current_run() {
  local name
  [ -r "$CURRENT" ] || return 0
  name=$(cat "$CURRENT")
  if [ -r "$RUNS/$name/kafka.cp" ] && [ ! "$BUILT" -nt "$CURRENT" ]; then
    echo "$RUNS/$name"
  fi
}

# Puts jars ($3 and on) into the folder $1 and the class path that they make, in that order, into the file $2.
stage_jars() {
  local lib=$1 file=$2 jar name classpath=
  shift 2
  mkdir -p "$lib"
  for jar in "$@"; do
    name=${jar##*/}
    case $jar in
      # Maven may write over its own jars; those of others never change, so a second name for the same file will do.
      "$ROOT"/*/target/*) cp "$jar" "$lib/$name" ;;
      *) [ -e "$lib/$name" ] || ln "$jar" "$lib/$name" 2>/dev/null || cp "$jar" "$lib/$name" ;;
    esac
    classpath=$classpath${classpath:+:}$lib/$name
  done
  printf '%s\n' "$classpath" >"$file"
}

# The same for a module ($3) and all that it needs.
stage_module() {
  local module=$ROOT/$3
  stage_jars "$1" "$2" "$(ls -t "$module"/target/"$3"-*.jar | head -n 1)" $(tr ':' ' ' <"$module/target/runtime.classpath")
}

# Makes a new folder from the present build. The caller holds the build lock.
stage() {
  local name part run old
  name=$(date +%Y%m%d-%H%M%S)-$$
  run=$RUNS/$name
  mkdir -p "$run"
  : >"$run/in-use"
  for part in $PARTS; do
    stage_module "$run/lib" "$run/$part.cp" "im-$part"
  done
  stage_jars "$run/kafka" "$run/kafka.cp.new" $(tr ':' ' ' <"$ROOT/im-servers/kafka/target/kafka.classpath")
  mv "$run/kafka.cp.new" "$run/kafka.cp"
  printf '%s\n' "$name" >"$CURRENT.new"
  mv "$CURRENT.new" "$CURRENT"
  command -v flock >/dev/null 2>&1 || return 0
  for old in "$RUNS"/*/; do
    old=${old%/}
    grep -qxF "${old##*/}" "$RUNS"/current* || flock -n -x "$old/in-use" rm -rf "$old" 2>/dev/null || true
  done
}

# Builds the parts and what they need.
build() {
  local log=$ROOT/target/im-build.log part modules=
  for part in $PARTS; do
    modules=$modules${modules:+,}im-$part
  done
  need_build_tools
  build_begins
  say 'the sources are newer than the build: building (a minute or two the first time)'
  if ! (cd "$ROOT" && CI='' JAVA_HOME=$(jdk_to_build) mvn -B -ntp -Dorg.slf4j.simpleLogger.defaultLogLevel=warn \
    -pl "$modules" -am package -Dmaven.test.skip=true) >"$log" 2>&1 </dev/null; then
    cat "$log" >&2
    say 'the build failed'
    exit 4
  fi
  build_ends
}

# One process at a time builds; it keeps the lock until build_unlock.
build_lock() {
  mkdir -p "$ROOT/target"
  exec 8>"$ROOT/target/im.lock"
  if command -v flock >/dev/null 2>&1; then
    flock 8
  fi
}

build_unlock() {
  exec 8>&-
}

# Holds the folder that we start from, in a file descriptor that the JVM inherits; sets run. Fails if there is none.
take_run() {
  run=$(current_run)
  [ -n "$run" ] && exec 9<"$run/in-use" || return 1
  if command -v flock >/dev/null 2>&1; then
    flock -n -s 9 || return 1
  fi
  [ -e "$run/in-use" ]
}

# Builds and stages what is older than the sources; of two that find it old one builds and the other waits for it.
make_ready() {
  if is_stale || ! take_run; then
    build_lock
    if is_stale; then
      build
    fi
    if [ -z "$(current_run)" ]; then
      stage
    fi
    take_run
    build_unlock
  fi
}
