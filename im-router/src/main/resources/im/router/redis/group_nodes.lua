-- Which nodes hold members of groups, and forgets those that have not said so for long.
-- KEYS[i] hash of the i-th group, as in add_groups.lua; all in one bucket
-- Returns for each group a list: slot, incarnation, slot, incarnation, ...
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local answer = {}
for i = 1, #KEYS do
  local nodes = {}
  local stored = redis.call('HGETALL', KEYS[i])
  for j = 1, #stored, 2 do
    local incarnation, till = string.match(stored[j + 1], '^(%d+) (%d+)$')
    if incarnation and tonumber(till) > now then
      nodes[#nodes + 1] = stored[j]
      nodes[#nodes + 1] = incarnation
    else
      redis.call('HDEL', KEYS[i], stored[j])
    end
  end
  answer[i] = nodes
end
return answer
