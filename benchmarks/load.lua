-- Sends one request repeatedly, or logs in repeatedly, and prints the results as one line of JSON.
-- Arguments: method, body (a form, or JSON), mean pause before a request in ms (0: none). For logins
-- also path and form of the token request, without the code: the first request returns the code.
local FORM = "application/x-www-form-urlencoded"
local generators = {}
logins, failures = 0, 0  -- globals, so that `done` can read those of the thread that sends

function setup(generator) table.insert(generators, generator) end

function init(arguments)
  wrk.method = arguments[1]
  if arguments[2] ~= "" then
    local is_json = arguments[2]:sub(1, 1) == "{"
    wrk.body = arguments[2]
    wrk.headers["Content-Type"] = is_json and "application/json" or FORM
  end
  local mean_ms = tonumber(arguments[3])
  if mean_ms > 0 then
    math.randomseed(os.time())
    -- With exponential pauses on many connections, requests arrive almost independently.
    function delay() return math.floor(-math.log(1 - math.random()) * mean_ms + 0.5) end
  end
  if arguments[4] then log_in(arguments[4], arguments[5]) end
end

function log_in(path, form)
  local authorize, codes = wrk.format(), {}  -- a code may be redeemed on another connection
  function request()
    local code = table.remove(codes)
    if not code then return authorize end
    return wrk.format("POST", path, {["Content-Type"] = FORM}, form .. "&code=" .. code)
  end
  function response(status, headers, body)
    local code = (headers["location"] or headers["Location"] or ""):match("[?&]code=([^&]+)")
    if code then
      table.insert(codes, code)
    elseif body:find('"id_token"', 1, true) then
      logins = logins + 1
    else
      failures = failures + 1
    end
  end
end

function done(summary, latency, requests)
  local errors = summary.errors
  local failed = errors.connect + errors.write + errors.status + errors.timeout
  local completed = 0
  for _, generator in ipairs(generators) do
    completed = completed + generator:get("logins")
    failed = failed + generator:get("failures")
  end
  print(string.format(
    '\n{"requests": %d, "logins": %d, "duration_us": %d, "failed": %d, "closed": %d, "p50_us": %d, "p99_us": %d}',
    summary.requests, completed, summary.duration, failed, errors.read,
    latency:percentile(50), latency:percentile(99)))
end
