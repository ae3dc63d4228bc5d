-- Makes a device known. One that is known keeps its start; one too many, and the longest unused is forgotten with its
-- cursors.
--
-- KEYS[1] devices   as in compare.lua
-- KEYS[2] marks     as in merge.lua
-- ARGV[1] device
-- ARGV[2] now       ms
-- ARGV[3] start     h: at the heads, f: at the first message held, c: it brings cursors
-- ARGV[4] devices   of a uid at most
-- ARGV[5] partitions
-- ARGV[6]           what stands before a device in the keys of cursors: the same tag
-- Answers 1 when it was not known

local function used(entry)
  return tonumber(string.match(entry, '^%d+'))
end

local stored = redis.call('HGET', KEYS[1], ARGV[1])
if stored then
  if used(stored) < tonumber(ARGV[2]) then
    redis.call('HSET', KEYS[1], ARGV[1], (string.gsub(stored, '^%d+', ARGV[2])))
  end
  return 0
end

local all = redis.call('HGETALL', KEYS[1])
local devices = {}
for at = 1, #all, 2 do
  devices[#devices + 1] = {name = all[at], used = used(all[at + 1])}
end
table.sort(devices, function(a, b)
  return a.used < b.used or (a.used == b.used and a.name < b.name)
end)
for i = 1, #devices - tonumber(ARGV[4]) + 1 do
  redis.call('HDEL', KEYS[1], devices[i].name)
  redis.call('UNLINK', ARGV[6] .. devices[i].name)
end

local marks = {}
if ARGV[3] ~= 'c' then
  for partition = 0, tonumber(ARGV[5]) - 1 do
    marks[#marks + 1] = redis.call('HGET', KEYS[2], partition) or '0'
  end
end
redis.call('UNLINK', ARGV[6] .. ARGV[1])
redis.call('HSET', KEYS[1], ARGV[1],
  ARGV[2] .. ' ' .. ARGV[2] .. ' ' .. ARGV[3] .. ' ' .. table.concat(marks, ','))
return 1
