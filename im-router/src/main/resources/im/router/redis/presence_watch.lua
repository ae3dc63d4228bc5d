-- Notes that a node watches uids, and forgets nodes that have not said so for long.
-- KEYS[i] who watches the i-th uid, as in presence_seen.lua; all in one bucket
-- ARGV[1] node, packed
-- ARGV[2] for how long, ms
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
for i = 1, #KEYS do
  local watching = redis.call('HGETALL', KEYS[i])
  for j = 1, #watching, 2 do
    if tonumber(watching[j + 1]) <= now then
      redis.call('HDEL', KEYS[i], watching[j])
    end
  end
  redis.call('HSET', KEYS[i], ARGV[1], string.format('%.0f', now + tonumber(ARGV[2])))
  redis.call('PEXPIRE', KEYS[i], ARGV[2])
end
return #KEYS
