-- Removes a route that is still as it was read, of a node that is long dead.
-- KEYS[1] routes of the uid, as in register_route.lua
-- ARGV[1] device
-- ARGV[2] what was read
-- Returns 1 if it was there, else 0.
if redis.call('HGET', KEYS[1], ARGV[1]) == ARGV[2] then
  return redis.call('HDEL', KEYS[1], ARGV[1])
end
return 0
