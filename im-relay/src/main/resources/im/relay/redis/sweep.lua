-- Drops what is older than retention by the log's own time, of a few conversations of a partition. Whoever runs it, and
-- however often, the result is the same; a conversation's head and floor stay for ever.
--
-- KEYS[1] state, KEYS[2] times, KEYS[3] due, KEYS[4] left   as in apply.lua
-- ARGV[1] retention   milliseconds
-- ARGV[2] conversations, ARGV[3] messages, ARGV[6] of left   looked at in one go
-- ARGV[4], ARGV[5]    what stands before a conversation's name in the keys of its hash and its stream: the same tag
-- ARGV[7], ARGV[8]    the same of a group's name, members and stretches
-- Answers {conversations and stretches that had something to drop, 1 when there may be more of them or 0}

local time = tonumber(redis.call('HGET', KEYS[1], 'time') or '0')
local oldest = '(' .. string.format('%.0f', time - tonumber(ARGV[1]))
local found = redis.call('ZREVRANGEBYSCORE', KEYS[2], oldest, '-inf', 'WITHSCORES', 'LIMIT', 0, 1)
-- After a loss nothing that is held is that old for a retention, but what was put back of groups may be: below the floor
-- nothing is held.
local cut = found[1] or redis.call('HGET', KEYS[1], 'floor')
if not cut then
  return {0, 0}
end
if #found > 0 then
  redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', '(' .. found[2])
end
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

-- Nothing that stood in a stretch that ended by then is held.
local gone = redis.call('ZRANGEBYSCORE', KEYS[4], '-inf', cut, 'LIMIT', 0, ARGV[6])
for _, name in ipairs(gone) do
  local group, uid = string.match(name, '^(%S+) (%S+)$')
  local rest = {}
  if uid then
    for from, to in string.gmatch(redis.call('HGET', ARGV[8] .. group, uid) or '', '(%d+)%-(%d+)') do
      if tonumber(to) > tonumber(cut) then
        rest[#rest + 1] = from .. '-' .. to
      end
    end
  else
    redis.call('UNLINK', ARGV[7] .. name, ARGV[8] .. name)
  end
  if #rest > 0 then
    redis.call('HSET', ARGV[8] .. group, uid, table.concat(rest, ' '))
    redis.call('ZADD', KEYS[4], string.match(rest[1], '%-(%d+)'), name)
  else
    if uid then
      redis.call('HDEL', ARGV[8] .. group, uid)
    end
    redis.call('ZREM', KEYS[4], name)
  end
end
return {#due + #gone, (#due >= tonumber(ARGV[2]) or #gone >= tonumber(ARGV[6])) and 1 or 0}
