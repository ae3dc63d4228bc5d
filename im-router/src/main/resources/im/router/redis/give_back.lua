-- Ends a lease, if it is still the caller's.
-- KEYS[1] leases, as in take_slot.lua
-- ARGV[1] slot
-- ARGV[2] incarnation
-- ARGV[3] token
-- Returns 1 if it was, else 0.
local held = redis.call('HGET', KEYS[1], ARGV[1])
if not held then
  return 0
end
local incarnation, token = string.match(held, '^(%d+) %d+ (%S+) ')
if incarnation ~= ARGV[2] or token ~= ARGV[3] then
  return 0
end
return redis.call('HDEL', KEYS[1], ARGV[1])
