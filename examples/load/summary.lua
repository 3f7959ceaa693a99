-- Run by wrk with `-s`: writes what it saw to the file that is its first argument after `--`, as docs/load.md says.
local threads = {}
function setup(thread) threads[#threads + 1] = thread end
function init(args) file = args[1] end
function done(all, latency)
  local e, at = all.errors, function(p) return latency:percentile(p) / 1000 end
  local cut = e.connect + e.read + e.write
  local sent = all.requests + cut
  local out = io.open(threads[1]:get('file'), 'w')
  out:write(string.format('{"requests":%d,"errors":%d,"latency":{"n":%d,"p50":%f,"p90":%f,"p99":%f,"max":%f}}',
    sent, math.min(sent, cut + e.status + e.timeout), all.requests - e.timeout, at(50), at(90), at(99), latency.max / 1000))
  out:close()
end
