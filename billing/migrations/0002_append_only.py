from django.db import migrations

from costory.lib.append_only import migration


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_initial")]
    operations = [migrations.RunPython(*migration("billing_entry"))]
