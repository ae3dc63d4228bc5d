-- Renews a lease that is held, or writes one again that the server forgot with everything else before it ended.
-- KEYS[1] leases, as in take_slot.lua
-- KEYS[2] incarnations, as in take_slot.lua
-- ARGV[1] slot
-- ARGV[2] incarnation
-- ARGV[3] token
-- ARGV[4] role
-- ARGV[5] name
-- ARGV[6] lease, ms
-- ARGV[7] the birth that the holder knows; another one, or none, means that the server lost its memory
-- ARGV[8] '1' while the lease has not ended by the holder's own clock
-- ARGV[9] birth, should there be none
-- ARGV[10] record: bytes
-- Returns the birth, or nothing when the lease has ended.
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local forgotten = redis.call('HGET', KEYS[2], 'birth') ~= ARGV[7]
local held = redis.call('HGET', KEYS[1], ARGV[1])
local renewed = false
if held then
  local incarnation, deadline, token = string.match(held, '^(%d+) (%d+) (%S+) ')
  if incarnation and tonumber(deadline) > now then
    renewed = incarnation == ARGV[2] and token == ARGV[3]
    forgotten = false
  end
end
if not renewed then
  local last = tonumber(redis.call('HGET', KEYS[2], ARGV[1]) or '0')
  if ARGV[8] ~= '1' or not forgotten or last > tonumber(ARGV[2]) then
    return false
  end
  local leases = redis.call('HGETALL', KEYS[1])
  for i = 1, #leases, 2 do
    local deadline, role, name = string.match(leases[i + 1], '^%d+ (%d+) %S+ (%u+) ([^\n]*)\n')
    if deadline and tonumber(deadline) > now and role == ARGV[4] and name == ARGV[5] then
      return false
    end
  end
  redis.call('HSETNX', KEYS[2], 'birth', ARGV[9])
  redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2] .. ' ' .. string.format('%.0f', now + tonumber(ARGV[6]))
  .. ' ' .. ARGV[3] .. ' ' .. ARGV[4] .. ' ' .. ARGV[5] .. '\n' .. ARGV[10])
return redis.call('HGET', KEYS[2], 'birth')
