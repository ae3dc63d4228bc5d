-- The messages of a conversation after a position, up to the next hole, as of one moment.
--
-- KEYS[1] state, KEYS[2] hash, KEYS[3] stream   of the conversation, as in apply.lua
-- ARGV[1] after
-- ARGV[2] messages   1 or more
-- ARGV[3] bytes      of envelopes; when they are more the page ends
-- Answers {applied or false, floor, head, first held or 0, 1 when bytes or a hole end the page,
-- then position, prev and envelope of each message}: one message more than asked for where there is one

local state = redis.call('HMGET', KEYS[1], 'applied', 'floor', 'holes')
if not state[1] then
  return {false}
end
local own = redis.call('HMGET', KEYS[2], 'h', 'f')
local floor = own[2] or state[2]
local from = ARGV[1]
if tonumber(floor) > tonumber(from) then
  from = floor
end

local function read(after, up_to, count)
  return redis.call('XRANGE', KEYS[3], '(' .. after .. '-0', up_to, 'COUNT', count)
end

-- What stands before a hole is still to be had; behind it nobody can say that nothing is missing (D8).
local up_to = '+'
for hole_from, hole_to in string.gmatch(state[3] or '', '(%d+)%-(%d+)') do
  if up_to == '+' and tonumber(hole_to) > tonumber(from) then
    if tonumber(hole_from) > tonumber(from) and #read(from, hole_from, 1) > 0 then
      up_to = hole_from
    else
      floor = hole_to
      from = hole_to
    end
  end
end

local first = redis.call('XRANGE', KEYS[3], '-', '+', 'COUNT', 1)
local answer = {
  state[1], floor, own[1] or '0', #first > 0 and string.match(first[1][1], '%d+') or '0', 0,
}
local left = tonumber(ARGV[2]) + 1
local bytes = tonumber(ARGV[3])
while left > 0 do
  local entries = read(from, up_to, math.min(left, 8))
  for _, entry in ipairs(entries) do
    if bytes < 0 then
      answer[5] = 1
      break
    end
    from = string.match(entry[1], '%d+')
    answer[#answer + 1] = from
    answer[#answer + 1] = entry[2][2]
    answer[#answer + 1] = entry[2][4]
    bytes = bytes - #entry[2][4]
  end
  left = left - #entries
  if #entries < 8 or answer[5] == 1 then
    break
  end
end
if up_to ~= '+' then
  answer[5] = 1
end
return answer
