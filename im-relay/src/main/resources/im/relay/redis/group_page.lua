-- The messages of a group after a position that a uid may read (D15), up to the next hole that concerns it, as of one
-- moment. Calls members.lua.
--
-- KEYS[1] state, KEYS[2] hash, KEYS[3] stream   of the conversation, as in apply.lua
-- KEYS[4] g, KEYS[5] w, KEYS[6] x   as in members.lua
-- ARGV[1] after
-- ARGV[2] messages   1 or more
-- ARGV[3] bytes      of envelopes; when they are more the page ends
-- ARGV[4] uid
-- Answers {applied or false, floor, head, first held or 0, 1 when bytes or a hole end the page, where the group was
-- dissolved or 0, the uid as in w or empty, as in x or empty, then position, prev and envelope of each message}: one
-- message more than asked for where there is one. Floor and head are the group's

local state = redis.call('HMGET', KEYS[1], 'applied', 'floor', 'holes', 'restoring')
if not state[1] or state[4] then
  return {false}
end
local own = redis.call('HMGET', KEYS[2], 'h', 'f')
local stretches, standing, before, dissolved = stretches_of(KEYS[4], KEYS[5], KEYS[6], ARGV[4])
local floor = own[2] or state[2]
local from = ARGV[1]
if tonumber(floor) > tonumber(from) then
  from = floor
end

-- Of one stretch, what stands in (after, up_to].
local function read(stretch, after, up_to, count)
  local first = tonumber(after) >= stretch.first and '(' .. after .. '-0' or stretch.from
  local last = (tonumber(up_to) or math.huge) < stretch.last and up_to or stretch.to
  if tonumber(after) >= stretch.last or (tonumber(last) or math.huge) < stretch.first then
    return {}
  end
  return redis.call('XRANGE', KEYS[3], first, last, 'COUNT', count)
end

local function any(after, up_to)
  for _, stretch in ipairs(stretches) do
    if #read(stretch, after, up_to, 1) > 0 then
      return true
    end
  end
  return false
end

local function concerns(hole_from, hole_to)
  for _, stretch in ipairs(stretches) do
    if stretch.first <= tonumber(hole_to) and stretch.last > tonumber(hole_from) then
      return true
    end
  end
  return false
end

-- What stands before a hole is still to be had; behind it nobody can say that nothing is missing (D8).
local up_to = '+'
for hole_from, hole_to in string.gmatch(state[3] or '', '(%d+)%-(%d+)') do
  if up_to == '+' and tonumber(hole_to) > tonumber(from) and concerns(hole_from, hole_to) then
    if tonumber(hole_from) > tonumber(from) and any(from, hole_from) then
      up_to = hole_from
    else
      floor = hole_to
      from = hole_to
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
for _, stretch in ipairs(stretches) do
  while left > 0 and answer[5] == 0 do
    local asked = math.min(left, 8)
    local entries = read(stretch, from, up_to, asked)
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
    if #entries < asked then
      break
    end
  end
end
if up_to ~= '+' then
  answer[5] = 1
end
return answer
