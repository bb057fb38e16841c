-- Pictures of a listing come out of a bundle. A blocked bundle is served to nobody, so its pictures give way to those of the
-- newest release that stays, or to none.
CREATE TRIGGER releases_blocked_pictures AFTER UPDATE OF state ON releases
WHEN NEW.state = 'blocked' AND OLD.state <> 'blocked'
BEGIN
  UPDATE plugins SET icon = (
    SELECT '/f/' || n.sha256 || '/' || json_extract(n.manifest, '$.icon') FROM releases n
    WHERE n.plugin_id = NEW.plugin_id AND n.id <> NEW.id AND n.state IN ('published', 'deprecated', 'yanked')
    ORDER BY n.state = 'yanked', n.version_sort DESC LIMIT 1)
  WHERE id = NEW.plugin_id AND substr(icon, 1, 68) = '/f/' || NEW.sha256 || '/';
  UPDATE plugins SET screenshots = coalesce((
    SELECT (SELECT json_group_array(json_object('url', '/f/' || n.sha256 || '/' || json_extract(s.value, '$.file'),
              'alt', json_extract(s.value, '$.alt'))) FROM json_each(n.manifest, '$.screenshots') s)
    FROM releases n
    WHERE n.plugin_id = NEW.plugin_id AND n.id <> NEW.id AND n.state IN ('published', 'deprecated', 'yanked')
    ORDER BY n.state = 'yanked', n.version_sort DESC LIMIT 1), '[]')
  WHERE id = NEW.plugin_id AND instr(screenshots, '/f/' || NEW.sha256 || '/') > 0;
END;
