-- Takes or counts one event of a key, by the generic cell rate algorithm. All times are
-- whole microseconds. ARGV: the time between two events, the burst as a time, what to do,
-- the moment that the process knows, and what its answer is told by.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local every, reach, known = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[4])
local kept = tonumber(redis.call('GET', KEYS[1]) or 0) or 0
if not (kept >= 0) then
  kept = 0 -- somebody else's, and no number
end
local whole = math.min(math.max(kept, known, now), now + reach)
local wait = math.max(0, whole + every - reach - now)
if wait == 0 or ARGV[3] == 'count' then
  whole = math.min(whole + every, now + reach)
end
if whole ~= kept then
  redis.call('SET', KEYS[1], string.format('%.0f', whole), 'PX', math.ceil((whole - now) / 1000))
end
return {ARGV[5], now, wait, whole}
