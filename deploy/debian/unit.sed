# From the units of deploy/systemd to those of the package.
1,/^\[Unit\]$/c\
# A unit of the package duplistatus-exporter. The options of the daemon stand in\
# /etc/duplistatus/duplistatus.toml, its database in /var/lib/duplistatus. To change a unit,\
# or to see what is changed: systemctl edit UNIT\
[Unit]
s|^ExecStart=/opt/duplistatus/bin/duplistatus serve$|ExecStart=/usr/bin/duplistatus serve --config /etc/duplistatus/duplistatus.toml|
# The file names it, for the commands too.
/^Environment=DUPLISTATUS_DATABASE=/d
# A user that stays: the file is for its group, and what is restored from a copy can be given to it.
/^DynamicUser=yes$/c\
User=duplistatus\
Group=duplistatus
