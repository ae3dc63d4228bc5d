-- Notes that devices of a bucket were in use; written at most once in a while.
--
-- KEYS[...] devices   of each, as in compare.lua
-- ARGV[1] now         ms
-- ARGV[2] every       ms; a last use that is not older stays
-- ARGV[3...] device   of each
-- Answers how many were written

local written = 0
for i, key in ipairs(KEYS) do
  local stored = redis.call('HGET', key, ARGV[i + 2])
  if stored and tonumber(string.match(stored, '^%d+')) + tonumber(ARGV[2]) <= tonumber(ARGV[1]) then
    redis.call('HSET', key, ARGV[i + 2], (string.gsub(stored, '^%d+', ARGV[1])))
    written = written + 1
  end
end
return written
