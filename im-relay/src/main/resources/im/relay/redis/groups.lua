-- Groups, and what they know of some uids, as of one moment. Calls members.lua.
--
-- KEYS[1] state   as in restore.lua
-- then of each group four: its conversation's hash, g, w, x as in apply.lua
-- ARGV of each group: how many uids, and those
-- Answers {applied or '-1', 1 while groups are being restored or 0, floor or '0'}, then of each group {h, f, t of its
-- conversation, its eight fields, then of each uid two: as it stands in w or empty, as in x or empty}

local state = redis.call('HMGET', KEYS[1], 'applied', 'restoring', 'floor')
local answer = {state[1] or '-1', state[2] and 1 or 0, state[3] or '0'}
local key = 2
local at = 1
while at <= #ARGV do
  local conversation = redis.call('HMGET', KEYS[key], 'h', 'f', 't')
  local group = redis.call('HMGET', KEYS[key + 1], 'p', 'j', 'n', 'c', 'a', 'd', 'o', 't')
  local found = {conversation[1], conversation[2], conversation[3]}
  for i = 1, 8 do
    found[3 + i] = group[i]
  end
  local last = at + tonumber(ARGV[at])
  for i = at + 1, last do
    found[#found + 1] = member(KEYS[key + 2], ARGV[i]) or ''
    found[#found + 1] = redis.call('HGET', KEYS[key + 3], ARGV[i]) or ''
  end
  answer[#answer + 1] = found
  key = key + 4
  at = last + 1
end
return answer
