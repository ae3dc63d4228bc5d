-- Members of a group in the order of their uids, as of one moment.
--
-- KEYS[1] state   as in restore.lua
-- KEYS[2] g, KEYS[3] w   as in members.lua
-- ARGV[1] after   a uid, or empty for the first
-- ARGV[2] limit
-- Answers false when the view is not there, else those behind it as they stand in w, one more than the limit where there
-- is one; nobody once the group is dissolved

local state = redis.call('HMGET', KEYS[1], 'applied', 'restoring')
if not state[1] or state[2] then
  return false
end
if (redis.call('HGET', KEYS[2], 'd') or '0') ~= '0' then
  return {}
end
local from = ARGV[1] == '' and '-' or '(' .. ARGV[1] .. '!'
return redis.call('ZRANGEBYLEX', KEYS[3], from, '+', 'LIMIT', 0, tonumber(ARGV[2]) + 1)
