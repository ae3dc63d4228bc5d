-- Makes a connection the route of a device unless the stored attempt is larger.
-- KEYS[1] routes of the uid: hash, device -> "<attempt> <node> <connection>", decimal, and " <group>" if it has one
-- ARGV[1] device
-- ARGV[2] attempt, 0 to 2^63 - 1
-- ARGV[3] node, packed
-- ARGV[4] connection
-- ARGV[5] group; 0 for none
-- Returns {0, the stored attempt}, or 1, then node and connection of what was replaced, 0 and 0 for nothing, then those of
-- every other device's route in the group. Numbers as text: they are larger than a double holds, which is why attempts are
-- compared as text, the longer one being larger.
local stored = redis.call('HGET', KEYS[1], ARGV[1])
local answer = {'1', '0', '0'}
if stored then
  local attempt, node, connection = string.match(stored, '^(%d+) (%d+) (%-?%d+)')
  if attempt then
    if #attempt > #ARGV[2] or (#attempt == #ARGV[2] and attempt > ARGV[2]) then
      return {'0', attempt}
    end
    answer = {'1', node, connection}
  end
end
local route = ARGV[2] .. ' ' .. ARGV[3] .. ' ' .. ARGV[4]
if ARGV[5] ~= '0' then
  route = route .. ' ' .. ARGV[5]
  local all = redis.call('HGETALL', KEYS[1])
  for i = 1, #all, 2 do
    local node, connection, group = string.match(all[i + 1], '^%d+ (%d+) (%-?%d+) (%d+)$')
    if group == ARGV[5] and all[i] ~= ARGV[1] then
      answer[#answer + 1] = node
      answer[#answer + 1] = connection
    end
  end
end
redis.call('HSET', KEYS[1], ARGV[1], route)
return answer
