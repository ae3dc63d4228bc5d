-- What a uid's index says and what a device has, as of one moment: the marks say up to where the index is whole (D20).
--
-- KEYS[1] index, KEYS[2] marks   as in merge.lua
-- KEYS[3] devices   hash: device -> "last use, since, start, marks"
-- KEYS[4] cursors   of the device, hash: conversation -> position
-- KEYS[5] groups    as in merge.lua
-- ARGV[1] device
-- ARGV[2] cursors   1 when the stored cursors count
-- ARGV[3] groups    1 when they count
-- Answers {fields of index, fields of marks, device or false, fields of cursors, fields of groups}

return {
  redis.call('HGETALL', KEYS[1]),
  redis.call('HGETALL', KEYS[2]),
  redis.call('HGET', KEYS[3], ARGV[1]),
  ARGV[2] == '1' and redis.call('HGETALL', KEYS[4]) or {},
  ARGV[3] == '1' and redis.call('HGETALL', KEYS[5]) or {},
}
