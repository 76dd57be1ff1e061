-- Sends one request repeatedly, and prints the results as one line of JSON.
-- Arguments: method, body (a form, or JSON), mean pause before a request in ms (0: none).
function init(arguments)
  wrk.method = arguments[1]
  if arguments[2] ~= "" then
    local is_json = arguments[2]:sub(1, 1) == "{"
    wrk.body = arguments[2]
    wrk.headers["Content-Type"] = is_json and "application/json" or "application/x-www-form-urlencoded"
  end
  local mean_ms = tonumber(arguments[3])
  if mean_ms > 0 then
    math.randomseed(os.time())
    -- With exponential pauses on many connections, requests arrive almost independently.
    function delay() return math.floor(-math.log(1 - math.random()) * mean_ms + 0.5) end
  end
end

function done(summary, latency, requests)
  local errors = summary.errors
  local failed = errors.connect + errors.write + errors.status + errors.timeout
  print(string.format(
    '\n{"requests": %d, "duration_us": %d, "failed": %d, "closed": %d, "p50_us": %d, "p99_us": %d}',
    summary.requests, summary.duration, failed, errors.read,
    latency:percentile(50), latency:percentile(99)))
end
