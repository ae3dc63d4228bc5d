-- What a list of conversations shows of a group to a uid (D15), as of one moment. Calls members.lua.
--
-- KEYS   as in group_page.lua
-- ARGV[1] read     up to where the uid has read
-- ARGV[2] uid
-- ARGV[3] unread, ARGV[4] seen   messages counted, and looked at for it, at most
-- Answers {applied or false, head, first held or 0, messages of others behind read, where the group was dissolved or 0,
-- the uid as in w or empty, as in x or empty, then position, prev and envelope of the last message where it is held}

local state = redis.call('HMGET', KEYS[1], 'applied', 'restoring')
if not state[1] or state[2] then
  return {false}
end
local head = head_of(redis.call('HGET', KEYS[2], 'h'), KEYS[4])
local stretches, standing, before, dissolved = stretches_of(KEYS[4], KEYS[5], KEYS[6], ARGV[2])

-- An envelope begins with its message id and its sender: tag, length below 128, text.
local function is_own(envelope)
  local at = 3 + string.byte(envelope, 2)
  local length = string.byte(envelope, at + 1)
  return string.byte(envelope, at) == 18 and string.sub(envelope, at + 2, at + 1 + length) == ARGV[2]
end

local held = '0'
local unread = 0
local seen = 0
local last = nil
for _, stretch in ipairs(stretches) do
  local first = held == '0' and redis.call('XRANGE', KEYS[3], stretch.from, stretch.to, 'COUNT', 1) or {}
  held = #first > 0 and string.match(first[1][1], '%d+') or held
  local from = tonumber(ARGV[1]) >= stretch.first and '(' .. ARGV[1] .. '-0' or stretch.from
  while tonumber(ARGV[1]) < stretch.last and unread < tonumber(ARGV[3]) and seen < tonumber(ARGV[4]) do
    local entries = redis.call('XRANGE', KEYS[3], from, stretch.to, 'COUNT', 16)
    for _, entry in ipairs(entries) do
      if unread < tonumber(ARGV[3]) and seen < tonumber(ARGV[4]) then
        seen = seen + 1
        unread = unread + (is_own(entry[2][4]) and 0 or 1)
      end
    end
    if #entries < 16 then
      break
    end
    from = '(' .. entries[#entries][1]
  end
end
for i = #stretches, 1, -1 do
  last = last or redis.call('XREVRANGE', KEYS[3], stretches[i].to, stretches[i].from, 'COUNT', 1)[1]
end
local answer = {state[1], head, held, unread, dissolved, standing, before}
if last then
  answer[8] = string.match(last[1], '%d+')
  answer[9] = last[2][2]
  answer[10] = last[2][4]
end
return answer
