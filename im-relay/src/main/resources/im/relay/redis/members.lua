-- What is stored of groups: of whom it holds what, and how that is put. Functions only.
--
-- g   hash of a group: p j n c a d o t, as in StoreKeys
-- w   sorted set of its members, "uid role joined", all scored 0: every other byte of a uid is above the space
-- x   hash: uid -> stretches before, "joined-left joined-left"
-- left   sorted set: "group uid" scored by the end of that uid's first stretch, "group" by where it was dissolved

local function member(w, uid)
  return redis.call('ZRANGEBYLEX', w, '[' .. uid .. ' ', '(' .. uid .. '!', 'LIMIT', 0, 1)[1]
end

-- standing is "role joined", or empty for no member.
local function put_member(w, x, left, group, uid, standing, stretches)
  local before = member(w, uid) or ''
  local after = standing ~= '' and uid .. ' ' .. standing or ''
  if before ~= after then
    if before ~= '' then
      redis.call('ZREM', w, before)
    end
    if after ~= '' then
      redis.call('ZADD', w, 0, after)
    end
  end
  if stretches == '' then
    redis.call('HDEL', x, uid)
  else
    redis.call('HSET', x, uid, stretches)
    redis.call('ZADD', left, string.match(stretches, '%-(%d+)'), group .. ' ' .. uid)
  end
end

-- The eight fields of a group stand in ARGV from at on, then of each of its uids three: uid, standing, stretches.
local function put_group(g, w, x, left, group, at, last)
  redis.call('HSET', g, 'p', ARGV[at], 'j', ARGV[at + 1], 'n', ARGV[at + 2], 'c', ARGV[at + 3], 'a', ARGV[at + 4],
    'd', ARGV[at + 5], 'o', ARGV[at + 6], 't', ARGV[at + 7])
  if ARGV[at + 5] ~= '0' then
    redis.call('ZADD', left, ARGV[at + 5], group)
  end
  for i = at + 8, last, 3 do
    put_member(w, x, left, group, ARGV[i], ARGV[i + 1], ARGV[i + 2])
  end
end

-- Where a group's last message stands, of which h may tell; after a loss that may be all that is known of it: its last
-- change.
local function head_of(h, g)
  local changed = redis.call('HGET', g, 'a') or '0'
  return tonumber(changed) > tonumber(h or '0') and changed or h or '0'
end

-- What a uid may read, rising: {from, to} as text, with their numbers.
local function stretches_of(g, w, x, uid)
  local all = {}
  local own = member(w, uid)
  local before = redis.call('HGET', x, uid) or ''
  local dissolved = redis.call('HGET', g, 'd') or '0'
  for from, to in string.gmatch(before, '(%d+)%-(%d+)') do
    all[#all + 1] = {from = from, to = to, first = tonumber(from), last = tonumber(to)}
  end
  if own then
    local from = string.match(own, '(%d+)$')
    local to = dissolved == '0' and '+' or dissolved
    all[#all + 1] = {from = from, to = to, first = tonumber(from), last = tonumber(to) or math.huge}
  end
  return all, own or '', before, dissolved
end
