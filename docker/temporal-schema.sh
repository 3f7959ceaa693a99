#!/bin/sh
# Each of these may be repeated: what is there already stays.
set -eu

temporal-sql-tool --db temporal create-database
temporal-sql-tool --db temporal setup-schema --version 0.0
temporal-sql-tool --db temporal update-schema --schema-name postgresql/v12/temporal

temporal-sql-tool --db temporal_visibility create-database
temporal-sql-tool --db temporal_visibility setup-schema --version 0.0
temporal-sql-tool --db temporal_visibility update-schema --schema-name postgresql/v12/visibility
