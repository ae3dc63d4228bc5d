-- A node does not hold members of groups any more. What a later holder of its slot has put there stays.
-- KEYS[i] hash of the i-th group, as in add_groups.lua; all in one bucket
-- ARGV[1] slot
-- ARGV[2] incarnation
local mine = ARGV[2] .. ' '
for i = 1, #KEYS do
  local holds = redis.call('HGET', KEYS[i], ARGV[1])
  if holds and string.sub(holds, 1, #mine) == mine then
    redis.call('HDEL', KEYS[i], ARGV[1])
  end
end
return #KEYS
