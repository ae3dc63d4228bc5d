-- Merges heads into the indexes of some uids of a bucket and moves the bucket's mark of a partition, or does nothing
-- (D1, D5).
--
-- KEYS[1] marks      hash: partition -> position up to which the log is in the bucket
-- KEYS[2...] index   of each uid, hash: v = version, others = conversation -> "head time"
-- ARGV[1] partition
-- ARGV[2] expected   the mark as it should be, -1 where none is
-- ARGV[3] mark       where it stands afterwards
-- ARGV[4] replay     1 when this repeats what was lost: every uid gets a new version tag (D26)
-- ARGV[5] tag        random, where a version begins to count
-- then of each entry: index (from 2), conversation, head, log time (ms)
-- Answers the mark that was there

local mark = redis.call('HGET', KEYS[1], ARGV[1]) or '-1'
if mark ~= ARGV[2] then
  return mark
end
local touched = {}
for at = 6, #ARGV, 4 do
  local i = tonumber(ARGV[at])
  local stored = redis.call('HGET', KEYS[i], ARGV[at + 1])
  if not stored or tonumber(string.match(stored, '%d+')) < tonumber(ARGV[at + 2]) then
    redis.call('HSET', KEYS[i], ARGV[at + 1], ARGV[at + 2] .. ' ' .. ARGV[at + 3])
    touched[i] = true
  end
end
for i = 2, #KEYS do
  if ARGV[4] == '1' or (touched[i] and redis.call('HEXISTS', KEYS[i], 'v') == 0) then
    redis.call('HSET', KEYS[i], 'v', ARGV[5])
  elseif touched[i] then
    redis.call('HINCRBY', KEYS[i], 'v', 1)
  end
end
if ARGV[3] ~= mark then
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
end
return mark
