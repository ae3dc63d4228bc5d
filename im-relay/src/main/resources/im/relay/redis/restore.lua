-- Puts groups as they are where the view is about to be moved to (D6), or does nothing. Calls members.lua.
--
-- KEYS[1] state   as in apply.lua; restoring = the attempt that is under way, until the view moves
-- KEYS[2] left    as in members.lua
-- then of each group three: g, w, x as in members.lua; in g also r, the attempt that has put it
-- ARGV[1] expected   where the view stands, -1 where nothing is there
-- ARGV[2] attempt    its name
-- ARGV[3] begins     1 for its first call, which voids another one
-- then of each group: name, how many follow of it, and those as put_group takes them
-- Answers 1, or 0 when the view stands elsewhere or the attempt is void

local applied = redis.call('HGET', KEYS[1], 'applied') or '-1'
if applied ~= ARGV[1] then
  return 0
end
if ARGV[3] == '1' then
  redis.call('HSET', KEYS[1], 'restoring', ARGV[2])
elseif redis.call('HGET', KEYS[1], 'restoring') ~= ARGV[2] then
  return 0
end
local key = 3
local at = 4
while at <= #ARGV do
  local g, w, x = KEYS[key], KEYS[key + 1], KEYS[key + 2]
  if redis.call('HGET', g, 'r') ~= ARGV[2] then
    redis.call('UNLINK', g, w, x)
    redis.call('HSET', g, 'r', ARGV[2])
  end
  local last = at + 1 + tonumber(ARGV[at + 1])
  put_group(g, w, x, KEYS[2], ARGV[at], at + 2, last)
  key = key + 3
  at = last + 1
end
return 1
