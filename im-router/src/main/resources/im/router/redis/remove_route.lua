-- Removes a route if it is still that connection of one of these nodes.
-- KEYS[1] routes of the uid, as in register_route.lua
-- ARGV[1] device
-- ARGV[2] connection
-- ARGV[3…] nodes, packed: who the caller is, and was
-- Returns 1 if it was there, else 0.
local stored = redis.call('HGET', KEYS[1], ARGV[1])
if not stored then
  return 0
end
local node, connection = string.match(stored, '^%d+ (%d+) (%-?%d+)')
if connection ~= ARGV[2] then
  return 0
end
for i = 3, #ARGV do
  if node == ARGV[i] then
    return redis.call('HDEL', KEYS[1], ARGV[1])
  end
end
return 0
