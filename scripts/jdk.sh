# Sourced by the other scripts: where the JDKs and Maven of this machine are. Works in bash 3.2 and later.

say() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
}

# The feature release of the JDK in folder $1 (17, 25, …), or 0. Reads its release file and starts no JVM if it can.
jdk_feature() {
  local version=''
  [ -x "$1/bin/java" ] || { echo 0; return; }
  if [ -r "$1/release" ]; then
    version=$(sed -n 's/^JAVA_VERSION="\{0,1\}\([0-9.]*\).*/\1/p' "$1/release")
  fi
  if [ -z "$version" ]; then
    version=$("$1/bin/java" -version 2>&1 | sed -n 's/.* version "\([0-9.]*\).*/\1/p' | head -n 1)
  fi
  version=${version#1.}
  version=${version%%.*}
  echo "${version:-0}"
}

# The folder of the JDK that the command $1 belongs to; nothing if there is no such command.
jdk_of_command() {
  local file
  file=$(command -v "$1" 2>/dev/null) || return 0
  if [ "$(uname -s)" = Darwin ]; then
    file=$(/usr/libexec/java_home 2>/dev/null) || return 0
    echo "$file"
    return
  fi
  file=$(readlink -f "$file")
  echo "${file%/bin/*}"
}

# All JDKs of 17 or newer, a line each: feature release, tab, folder. Newest first; of equal ones JAVA_HOME's first.
jdk_list() {
  local home feature seen=' '
  for home in "${JAVA_HOME:-}" "$(jdk_of_command java)" "$(jdk_of_command javac)" \
    /usr/lib/jvm/* /opt/java/* /opt/jdk* "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home; do
    [ -n "$home" ] && [ -x "$home/bin/java" ] || continue
    home=$(cd "$home" && pwd -P)
    case $seen in *" $home "*) continue ;; esac
    seen="$seen$home "
    feature=$(jdk_feature "$home")
    [ "$feature" -ge 17 ] && printf '%s\t%s\n' "$feature" "$home"
  done | sort -s -t "$(printf '\t')" -k 1,1nr
}

# The first folder in jdk_list that can compile, oldest release first: what the gates were tried on first.
jdk_to_build() {
  local feature home
  jdk_list | sort -s -t "$(printf '\t')" -k 1,1n | while read -r feature home; do
    if [ -x "$home/bin/javac" ]; then
      echo "$home"
      break
    fi
  done
}

# Flags that a JVM of feature release $1 gets, in the program and in tests.
jdk_flags() {
  if [ "$1" -ge 25 ]; then
    # Smaller objects; no warning about natives; and Netty and Protobuf keep the Unsafe that they are fast with.
    echo '-XX:+UseCompactObjectHeaders --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow'
  fi
}

is_debian_root() {
  [ "$(id -u)" = 0 ] && [ -r /etc/debian_version ] && command -v apt-get >/dev/null 2>&1
}

# Installs Debian packages; says what is missing and ends with status 4 where it cannot. $1 says in words what for.
install_or_say() {
  local what=$1
  shift
  if ! is_debian_root; then
    say "$what is missing. On Debian or Ubuntu: sudo apt-get install $*"
    say "elsewhere install $what by your system's means and run this again."
    exit 4
  fi
  say "installing $what: apt-get install $*"
  {
    apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@"
  } >&2 || { say "apt-get could not install $*"; exit 4; }
}

# Installs the Debian packages of servers that tests start by themselves, and lets none of them run as a service: it would
# take the port that others expect it at.
install_servers() {
  local policy=/usr/sbin/policy-rc.d made='' service
  is_debian_root || return 0
  if [ ! -e "$policy" ]; then
    made=$policy
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
  fi
  (install_or_say 'servers for the integration tests' "$@") || { [ -z "$made" ] || rm -f "$made"; exit 4; }
  [ -z "$made" ] || rm -f "$made"
  if [ -d /run/systemd/system ]; then
    for service in "$@"; do
      systemctl disable --quiet "${service%-server}" "$service" >/dev/null 2>&1 || true
    done
  fi
}

# Makes sure that a JDK to compile with and Maven are there.
need_build_tools() {
  if [ -z "$(jdk_to_build)" ]; then
    install_or_say 'a JDK of 17 or newer (set JAVA_HOME if there is one in an unusual place)' openjdk-17-jdk-headless
  fi
  if ! command -v mvn >/dev/null 2>&1; then
    install_or_say 'Maven 3.8 or newer' maven
  fi
}

# What a program runs on: sets home, the folder of a JDK of 17 or newer (IM_JDK, or the newest there is), and feature.
find_java() {
  local first
  if [ -n "${IM_JDK:-}" ]; then
    home=$IM_JDK
    feature=$(jdk_feature "$home")
    if [ "$feature" -lt 17 ]; then
      say "IM_JDK=$IM_JDK is no JDK of 17 or newer"
      exit 4
    fi
    return
  fi
  first=$(jdk_list | head -n 1)
  if [ -z "$first" ]; then
    need_build_tools
    first=$(jdk_list | head -n 1)
  fi
  feature=${first%%	*}
  home=${first#*	}
}
