-- Notes that a node holds members of groups.
-- KEYS[i] hash of the i-th group: slot -> "<incarnation> <until, ms>"; all in one bucket
-- ARGV[1] slot
-- ARGV[2] incarnation
-- ARGV[3] for how long, ms
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local holds = ARGV[2] .. ' ' .. string.format('%.0f', now + tonumber(ARGV[3]))
for i = 1, #KEYS do
  redis.call('HSET', KEYS[i], ARGV[1], holds)
  redis.call('PEXPIRE', KEYS[i], ARGV[3])
end
return #KEYS
