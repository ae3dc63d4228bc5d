-- Takes groups that were left long ago out of the lists of a bucket's uids, and what the uids had of them. Whoever runs
-- it, and however often, the result is the same.
--
-- KEYS[1] left       as in merge.lua
-- ARGV[1] time       ms: those left at or before it go
-- ARGV[2] entries    looked at in one go
-- ARGV[3] to ARGV[6] what stands before a uid in the keys of its groups, its devices, its cursors (then a device behind
--                    it) and its read marks: the same tag
-- Answers {entries looked at, 1 when there may be more of them or 0}

local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', 0, ARGV[2])
for _, name in ipairs(due) do
  local uid, group = string.match(name, '^(%S+) (%S+)$')
  local groups = ARGV[3] .. uid
  local time = string.match(redis.call('HGET', groups, group) or '', '^%d+ 0 (%d+)$')
  if time and tonumber(time) <= tonumber(ARGV[1]) then
    redis.call('HDEL', groups, group)
    local groups_left = redis.call('HLEN', groups) - redis.call('HEXISTS', groups, '#v') - 1
    if groups_left == 0 and redis.call('HGET', groups, '#') == '0' then
      redis.call('DEL', groups)
    end
    for _, device in ipairs(redis.call('HKEYS', ARGV[4] .. uid)) do
      redis.call('HDEL', ARGV[5] .. uid .. ':' .. device, 'g' .. group)
    end
    redis.call('HDEL', ARGV[6] .. uid, 'g' .. group)
  end
  redis.call('ZREM', KEYS[1], name)
end
return {#due, #due >= tonumber(ARGV[2]) and 1 or 0}
