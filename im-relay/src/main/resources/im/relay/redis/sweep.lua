-- Drops what is older than retention by the log's own time, of a few conversations of a partition. Whoever runs it, and
-- however often, the result is the same; a conversation's head and floor stay for ever.
--
-- KEYS[1] state, KEYS[2] times, KEYS[3] due   as in apply.lua
-- ARGV[1] retention   milliseconds
-- ARGV[2] conversations, ARGV[3] messages   looked at in one go
-- ARGV[4], ARGV[5]    what stands before a conversation's name in the keys of its hash and its stream: the same tag
-- Answers how many conversations had messages to drop; as many as asked for when there may be more

local time = tonumber(redis.call('HGET', KEYS[1], 'time') or '0')
local oldest = '(' .. string.format('%.0f', time - tonumber(ARGV[1]))
local found = redis.call('ZREVRANGEBYSCORE', KEYS[2], oldest, '-inf', 'WITHSCORES', 'LIMIT', 0, 1)
if #found == 0 then
  return 0
end
local cut = found[1]
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', '(' .. found[2])
local OVERHEAD = 22
local left = tonumber(ARGV[3])

local function sweep(name)
  local hash = ARGV[4] .. name
  local stream = ARGV[5] .. name
  local numbers = redis.call('HMGET', hash, 'n', 'b')
  local held = tonumber(numbers[1] or '0')
  local bytes = tonumber(numbers[2] or '0')
  local last = nil
  while left > 0 do
    local entries = redis.call('XRANGE', stream, last and '(' .. last or '-', cut, 'COUNT', math.min(left, 64))
    for _, entry in ipairs(entries) do
      last = entry[1]
      held = held - 1
      bytes = bytes - #entry[2][4] - OVERHEAD
      left = left - 1
    end
    if #entries < 64 then
      break
    end
  end
  if last then
    local floor = string.match(last, '%d+')
    redis.call('XTRIM', stream, 'MINID', floor .. '-1')
    redis.call('HSET', hash, 'f', floor, 'n', held, 'b', bytes)
  end
  local first = redis.call('XRANGE', stream, '-', '+', 'COUNT', 1)
  if #first == 0 then
    redis.call('DEL', stream)
    redis.call('ZREM', KEYS[3], name)
  else
    redis.call('ZADD', KEYS[3], string.match(first[1][1], '%d+'), name)
  end
end

local due = redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', cut, 'LIMIT', 0, ARGV[2])
for _, name in ipairs(due) do
  sweep(name)
end
return #due
