-- A returned row is a class of a version whose number does not follow the one before it, or whose limit does not rise.
with neighbours as (

    select
        valid_from,
        xyz_class,
        class_number,
        variation_from,
        lag(class_number, 1, 0) over (partition by valid_from order by class_number, xyz_class) as number_before,
        lag(variation_from, 1, -1) over (partition by valid_from order by class_number, xyz_class) as variation_before
    from {{ ref('stg_policy__xyz_classes') }}

)

select *
from neighbours
where class_number <> number_before + 1 or variation_from <= variation_before
