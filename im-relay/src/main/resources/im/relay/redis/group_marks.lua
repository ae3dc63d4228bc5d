-- Where groups stand, as of one moment. Calls members.lua.
--
-- KEYS[1] state   as in restore.lua
-- then of each group two: its conversation's hash, g as in apply.lua
-- Answers false when the view is not there, else of each group two: head, where it was last changed; 0 where there is none

local state = redis.call('HMGET', KEYS[1], 'applied', 'restoring')
if not state[1] or state[2] then
  return false
end
local answer = {}
for key = 2, #KEYS, 2 do
  answer[#answer + 1] = head_of(redis.call('HGET', KEYS[key], 'h'), KEYS[key + 1])
  answer[#answer + 1] = redis.call('HGET', KEYS[key + 1], 'a') or '0'
end
return answer
