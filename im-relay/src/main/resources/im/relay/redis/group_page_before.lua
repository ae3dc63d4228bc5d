-- The messages of a group before a position that a uid may read (D15), the newest first, as of one moment. Calls
-- members.lua.
--
-- KEYS, ARGV[2] to ARGV[4]   as in group_page.lua
-- ARGV[1] last       position that may still be in it
-- Answers as group_page.lua does, but no hole ends the page, and the messages come the newest first

local state = redis.call('HMGET', KEYS[1], 'applied', 'floor', 'holes', 'restoring')
if not state[1] or state[4] then
  return {false}
end
local own = redis.call('HMGET', KEYS[2], 'h', 'f')
local stretches, standing, before, dissolved = stretches_of(KEYS[4], KEYS[5], KEYS[6], ARGV[4])
local floor = own[2] or state[2]
for hole_from, hole_to in string.gmatch(state[3] or '', '(%d+)%-(%d+)') do
  for _, stretch in ipairs(stretches) do
    local concerns = stretch.first <= tonumber(hole_to) and stretch.last > tonumber(hole_from)
    if concerns and tonumber(hole_to) > tonumber(floor) then
      floor = hole_to
    end
  end
end

local held = '0'
for _, stretch in ipairs(stretches) do
  local first = held == '0' and redis.call('XRANGE', KEYS[3], stretch.from, stretch.to, 'COUNT', 1) or {}
  held = #first > 0 and string.match(first[1][1], '%d+') or held
end
local answer = {state[1], floor, head_of(own[1], KEYS[4]), held, 0, dissolved, standing, before}
local left = tonumber(ARGV[2]) + 1
local bytes = tonumber(ARGV[3])
local last = tonumber(ARGV[1])
for i = #stretches, 1, -1 do
  local stretch = stretches[i]
  local from = stretch.last <= last and stretch.to or ARGV[1]
  while left > 0 and answer[5] == 0 and stretch.first <= last do
    local asked = math.min(left, 8)
    local entries = redis.call('XREVRANGE', KEYS[3], from, stretch.from, 'COUNT', asked)
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
    if #entries < asked then
      break
    end
  end
end
return answer
