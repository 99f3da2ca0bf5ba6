#!/bin/sh
# Writes a tar to stdout: of each package NAME.deb.tar (its files) and NAME.control, likewise of the packages that hold
# the licences of those. Takes them from the sources that apt has here, in a state of its own: nothing of the system is
# changed, no right is needed, and the architecture may be a foreign one. Usage: debian-packages.sh ARCHITECTURE PACKAGE...
set -eu
architecture=$1
shift

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/packages" "$work/contents"
: > "$work/status"
cat > "$work/apt.conf" << END
APT::Architecture "$architecture";
#clear APT::Architectures;
APT::Architectures { "$architecture"; };
APT::Sandbox::User "root";
Dir::State "$work";
Dir::State::status "$work/status";
Dir::Cache "$work/cache";
Acquire::Languages "none";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
Acquire::Retries "3";
END
export APT_CONFIG="$work/apt.conf"

cd "$work/packages"
apt-get update -q >&2
while [ $# != 0 ]; do
	apt-get download -q "$@" >&2
	papers=
	for package in "$@"; do
		contents=$work/contents/$package
		dpkg-deb --fsys-tarfile "$package"_*.deb > "$contents.deb.tar"
		dpkg-deb --field "$package"_*.deb > "$contents.control"
		# the licence may lie in another package, where several are built from one source
		paper=$(tar -tvf "$contents.deb.tar" | sed -n "s|.* ./usr/share/doc/$package -> ||p")
		[ -z "$paper" ] || [ -e "$work/contents/$paper.control" ] || papers="$papers $paper"
	done
	# shellcheck disable=SC2086 # words on purpose
	set -- $(printf '%s\n' $papers | sort -u)
done
tar -C "$work/contents" -cf - .
