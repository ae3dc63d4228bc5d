-- Lists the leases that have not ended. Writes nothing.
-- KEYS[1] leases, as in take_slot.lua
-- KEYS[2] incarnations, as in take_slot.lua
-- Returns {birth or '', {slot, incarnation, record}, …}.
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local answer = {redis.call('HGET', KEYS[2], 'birth') or ''}
local leases = redis.call('HGETALL', KEYS[1])
for i = 1, #leases, 2 do
  local incarnation, deadline, record = string.match(leases[i + 1], '^(%d+) (%d+) %S+ %u+ [^\n]*\n(.*)$')
  if incarnation and tonumber(deadline) > now then
    answer[#answer + 1] = {leases[i], incarnation, record}
  end
end
return answer
