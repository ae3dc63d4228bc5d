-- The messages of a conversation before a position, the newest first, as of one moment.
--
-- KEYS[1] state, KEYS[2] hash, KEYS[3] stream   of the conversation, as in apply.lua
-- ARGV[1] last       position that may still be in it
-- ARGV[2] messages   1 or more
-- ARGV[3] bytes      of envelopes; when they are more the page ends
-- Answers as page.lua does, but no hole ends the page, and the messages come the newest first

local state = redis.call('HMGET', KEYS[1], 'applied', 'floor', 'holes')
if not state[1] then
  return {false}
end
local own = redis.call('HMGET', KEYS[2], 'h', 'f')
local floor = own[2] or state[2]
for hole_to in string.gmatch(state[3] or '', '%-(%d+)') do
  if tonumber(hole_to) > tonumber(floor) then
    floor = hole_to
  end
end

local first = redis.call('XRANGE', KEYS[3], '-', '+', 'COUNT', 1)
local answer = {
  state[1], floor, own[1] or '0', #first > 0 and string.match(first[1][1], '%d+') or '0', 0,
}
local left = tonumber(ARGV[2]) + 1
local bytes = tonumber(ARGV[3])
local from = ARGV[1] .. '-0'
while left > 0 do
  local entries = redis.call('XREVRANGE', KEYS[3], from, '-', 'COUNT', math.min(left, 8))
  for _, entry in ipairs(entries) do
    if bytes < 0 then
      answer[5] = 1
      break
    end
    from = '(' .. entry[1]
    answer[#answer + 1] = string.match(entry[1], '%d+')
    answer[#answer + 1] = entry[2][2]
    answer[#answer + 1] = entry[2][4]
    bytes = bytes - #entry[2][4]
  end
  left = left - #entries
  if #entries < 8 or answer[5] == 1 then
    break
  end
end
return answer
