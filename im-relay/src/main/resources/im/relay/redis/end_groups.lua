-- Takes groups that were dissolved out of those that a uid is in: nobody is told of that by the index (merge.lua). A
-- group that has ended stays so, so this may be repeated.
--
-- KEYS[1] groups of the uid, KEYS[2] left   as in merge.lua
-- ARGV[1] uid
-- then of each group two: its name, log time (ms) of its end
-- Answers how many it was in

local ended = 0
for at = 2, #ARGV, 2 do
  local head = string.match(redis.call('HGET', KEYS[1], ARGV[at]) or '', '^(%d+) 1')
  if head then
    redis.call('HSET', KEYS[1], ARGV[at], head .. ' 0 ' .. ARGV[at + 1])
    redis.call('HINCRBY', KEYS[1], '#', -1)
    redis.call('ZADD', KEYS[2], ARGV[at + 1], ARGV[1] .. ' ' .. ARGV[at])
    ended = ended + 1
  end
end
return ended
