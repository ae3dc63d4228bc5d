-- Makes a connection the route of a device unless the stored attempt is larger.
-- KEYS[1] routes of the uid: hash, device -> "<attempt> <node> <connection>", decimal
-- ARGV[1] device
-- ARGV[2] attempt, 0 to 2^63 - 1
-- ARGV[3] node, packed
-- ARGV[4] connection
-- Returns {1} or {1, node, connection} of what was replaced, or {0, the stored attempt}. Numbers as text: they are
-- larger than a double holds, which is why attempts are compared as text, the longer one being larger.
local stored = redis.call('HGET', KEYS[1], ARGV[1])
local answer = {'1'}
if stored then
  local attempt, node, connection = string.match(stored, '^(%d+) (%d+) (%-?%d+)$')
  if attempt then
    if #attempt > #ARGV[2] or (#attempt == #ARGV[2] and attempt > ARGV[2]) then
      return {'0', attempt}
    end
    answer = {'1', node, connection}
  end
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2] .. ' ' .. ARGV[3] .. ' ' .. ARGV[4])
return answer
