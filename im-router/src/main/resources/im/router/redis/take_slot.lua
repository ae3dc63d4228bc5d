-- Takes the lowest free slot for a role, or the one that an earlier try of the same process took.
-- KEYS[1] leases: hash, slot -> "<incarnation> <deadline, ms> <token> <role> <name>\n<record>"
-- KEYS[2] incarnations: hash, slot -> the last one given; 'birth' -> random, made with the hash
-- ARGV[1] role
-- ARGV[2] name
-- ARGV[3] token: random, this process's
-- ARGV[4] lease, ms
-- ARGV[5] the first slot for that role
-- ARGV[6] the last
-- ARGV[7] birth, should there be none
-- ARGV[8] record: bytes
-- Returns {slot, incarnation, birth}; {'name', "<deadline, ms> <token>"} when another has a lease with that name, which
-- may be dead; or {'slots'} when none is free.
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local held, mine = {}, nil
local leases = redis.call('HGETALL', KEYS[1])
for i = 1, #leases, 2 do
  local incarnation, deadline, token, role, name =
    string.match(leases[i + 1], '^(%d+) (%d+) (%S+) (%u+) ([^\n]*)\n')
  if incarnation and tonumber(deadline) > now then
    held[leases[i]] = true
    if role == ARGV[1] and name == ARGV[2] then
      if token ~= ARGV[3] then
        return {'name', deadline .. ' ' .. token}
      end
      mine = {leases[i], incarnation}
    end
  else
    redis.call('HDEL', KEYS[1], leases[i])
  end
end
if not mine then
  for slot = tonumber(ARGV[5]), tonumber(ARGV[6]) do
    local field = tostring(slot)
    if not held[field] then
      local last = tonumber(redis.call('HGET', KEYS[2], field) or '0')
      mine = {field, string.format('%.0f', math.max(now, last + 1))}
      break
    end
  end
end
if not mine then
  return {'slots'}
end
redis.call('HSETNX', KEYS[2], 'birth', ARGV[7])
redis.call('HSET', KEYS[2], mine[1], mine[2])
redis.call('HSET', KEYS[1], mine[1], mine[2] .. ' ' .. string.format('%.0f', now + tonumber(ARGV[4]))
  .. ' ' .. ARGV[3] .. ' ' .. ARGV[1] .. ' ' .. ARGV[2] .. '\n' .. ARGV[8])
return {mine[1], mine[2], redis.call('HGET', KEYS[2], 'birth')}
