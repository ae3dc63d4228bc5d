-- Merges heads into the indexes of some uids of a bucket and moves the bucket's mark of a partition, or does nothing
-- (D1, D5).
--
-- KEYS[1] marks      hash: partition -> position up to which the log is in the bucket
-- KEYS[2] left       sorted set: "uid group" of groups that were left, scored by log time
-- KEYS[3...] of each uid its index, hash: v = version, others = conversation -> "head time"; and where it has entries of
--            groups, its groups, hash: group -> "head member time", # = how many have member 1, #v = version, which
--            moves with these alone
-- ARGV[1] partition
-- ARGV[2] expected   the mark as it should be, -1 where none is
-- ARGV[3] mark       where it stands afterwards
-- ARGV[4] replay     1 when this repeats what was lost: every uid gets a new version tag (D26)
-- ARGV[5] tag        random, where a version begins to count
-- then of each entry: index (from 3), conversation, head, log time (ms), and of a group, whose name is the conversation:
-- groups (from 3), uid, 1 for a member or 0; for others 0 and two that are empty
-- Answers the mark that was there

local mark = redis.call('HGET', KEYS[1], ARGV[1]) or '-1'
if mark ~= ARGV[2] then
  return mark
end

local function merge_direct(at, index)
  local stored = redis.call('HGET', index, ARGV[at + 1])
  if stored and tonumber(string.match(stored, '%d+')) >= tonumber(ARGV[at + 2]) then
    return false
  end
  redis.call('HSET', index, ARGV[at + 1], ARGV[at + 2] .. ' ' .. ARGV[at + 3])
  return true
end

local function merge_group(at, groups)
  local group, uid, member = ARGV[at + 1], ARGV[at + 5], ARGV[at + 6]
  local head, was = string.match(redis.call('HGET', groups, group) or '0 0', '^(%d+) (%d)')
  if tonumber(head) >= tonumber(ARGV[at + 2]) then
    return false
  end
  redis.call('HSET', groups, group, ARGV[at + 2] .. ' ' .. member .. ' ' .. ARGV[at + 3])
  if was ~= member then
    redis.call('HINCRBY', groups, '#', member == '1' and 1 or -1)
  end
  if member == '0' then
    redis.call('ZADD', KEYS[2], ARGV[at + 3], uid .. ' ' .. group)
  elseif head ~= '0' and was == '0' then
    redis.call('ZREM', KEYS[2], uid .. ' ' .. group)
  end
  return true
end

-- By index, and by groups: whether anything changed there.
local touched, lists = {}, {}
for at = 6, #ARGV, 7 do
  local i = tonumber(ARGV[at])
  local groups = tonumber(ARGV[at + 4])
  local changed = groups == 0 and merge_direct(at, KEYS[i]) or groups > 0 and merge_group(at, KEYS[groups])
  touched[i] = touched[i] or changed
  if groups > 0 then
    lists[groups] = lists[groups] or changed
  end
end
local function raise(all, version)
  for i, changed in pairs(all) do
    if ARGV[4] == '1' or (changed and redis.call('HEXISTS', KEYS[i], version) == 0) then
      redis.call('HSET', KEYS[i], version, ARGV[5])
    elseif changed then
      redis.call('HINCRBY', KEYS[i], version, 1)
    end
  end
end
raise(touched, 'v')
raise(lists, '#v')
if ARGV[3] ~= mark then
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
end
return mark
