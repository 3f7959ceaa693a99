#!/bin/sh
# May be repeated: what is there already stays. A server learns of a new namespace within seconds; what fails until
# then, compose runs again.
set -eu

if temporal operator namespace describe >/dev/null 2>&1; then
  temporal operator namespace update --retention "$RETENTION"
else
  temporal operator namespace create --retention "$RETENTION"
fi

# One by one: of several names in one command, the CLI registers the first alone.
attribute() {
  temporal operator search-attribute create --name "$1" --type "$2"
}
attribute CoalmineService Keyword
attribute CoalmineVersion Keyword
attribute CoalminePhase Keyword
attribute CoalmineOutcome Keyword
attribute CoalmineWeight Double
